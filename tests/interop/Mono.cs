// The script of run.py with a proxy that `wsdl` made (namespace Kontor).

using System;
using System.Linq;
using System.Net;
using System.Web.Services.Protocols;
using Kontor;

static class Program
{
    static string Env(string name) { return Environment.GetEnvironmentVariable("KONTOR_" + name); }
    static readonly string Sku = Env("SKU"), Name = Env("NAME");
    static readonly byte[] Image = Convert.FromBase64String(Env("IMAGE"));

    // guide: connect
    static KontorService Connect(string user, string password)
    {
        var kontor = new KontorService(); // calls the address that the WSDL had when the proxy was made
        kontor.Url = Env("URL") + "/ws/v1";
        kontor.Credentials = new NetworkCredential(user, password);
        kontor.Timeout = 60000;
        return kontor;
    }
    // end

    // guide: article
    static ItemRecord Article(string sku, int taxType = 3)
    {
        return new ItemRecord
        {
            significantKey = ItemKey.INTERNAL_ITEM_NUMBER, significantKeySpecified = true,
            referenceId = sku,
            mandatorId = 1,
            internalItemNumber = sku,
            identifier = Name,
            taxTypeId = taxType, taxTypeIdSpecified = true, // without the flag an optional number is not sent
        };
    }

    static TextModule Text(int type, string content)
    {
        var translation = new Translation { languageCodeIso = "de", text = content };
        return new TextModule { textModuleType = type, translations = new[] { translation } };
    }

    static ItemReport[] SendArticles(KontorService kontor, params ItemRecord[] articles)
    {
        return kontor.updateItems(new UpdateItemsRequest { items = articles }).reports ?? new ItemReport[0];
    }

    static int SendPrice(KontorService kontor, string sku, decimal price)
    {
        var validity = new Validity { prices = new[] { new PriceEntry { itemNr = sku, price = price } } };
        var list = new PricelistRecord
        {
            significantKey = PricelistKey.IDENTIFIER, significantKeySpecified = true,
            mandatorId = 1, identifier = "default", validities = new[] { validity },
        };
        return kontor.updatePricelist(new UpdatePricelistRequest { pricelists = new[] { list } }).reports[0].returnCode;
    }

    static int SendStock(KontorService kontor, string sku, int count)
    {
        var booking = new StockBooking { mandatorId = 1, mandatorIdSpecified = true, warehouseCode = "standard", stockCount = count, absolute = true };
        var record = new StockRecord { mandatorId = 1, internalItemNumber = sku, stockItems = new[] { booking } };
        return kontor.updateStockCount(new UpdateStockCountRequest { items = new[] { record } }).reports[0].returnCode;
    }

    static ItemRecord[] FetchArticles(KontorService kontor, params string[] skus)
    {
        var filter = new ItemFilterRecord
        {
            mandatorId = new NumberFilter { value = 1, valueSpecified = true },
            internalItemNumber = new TextFilter { values = skus },
        };
        var request = new FetchItemsRequest
        {
            filters = new[] { filter }, itemsPerPage = 100, itemsPerPageSpecified = true, page = 1, pageSpecified = true,
            imagesAsBase64 = true, imagesAsBase64Specified = true,
        };
        return kontor.fetchItems(request).items ?? new ItemRecord[0];
    }
    // end

    // guide: order
    static OrderRecord FetchOrder(KontorService kontor, string number)
    {
        kontor.syncPlatformOrders(new SyncPlatformOrdersRequest
        {
            accountIds = new[] { 1000 }, processSynchronous = true, processSynchronousSpecified = true,
        });
        var filter = new OrderFilter
        {
            mandatorId = new NumberFilter { value = 1, valueSpecified = true },
            marketplaceOrderId = new TextFilter { value = number },
        };
        return kontor.fetchOrders(new FetchOrdersRequest
        {
            filters = new[] { filter }, ordersPerPage = 50, ordersPerPageSpecified = true, page = 1, pageSpecified = true,
        }).orders[0];
    }

    static int SendShipped(KontorService kontor, int orderId, string tracking)
    {
        var parcel = new OrderPacket { trackingNumber = tracking, shippingProviderIdentifier = "DHL" };
        var order = new OrderStatusUpdate
        {
            significantKey = OrderSignificantKey.ORDER_ID, mandatorId = 1, orderId = orderId, orderIdSpecified = true,
            status = OrderEvent.SHIPPED, shippingInformations = new[] { parcel },
        };
        return kontor.updateOrderStatus(new UpdateOrderStatusRequest { orders = new[] { order } }).reports[0].returnCode;
    }
    // end

    static void Check(string what, bool right, object seen = null)
    {
        var text = right ? what + ": ok" : what + ": FAILED: " + seen;
        Console.WriteLine(text.Substring(0, Math.Min(text.Length, 300)).Replace("\n", " "));
    }

    static void Main()
    {
        var kontor = Connect(Env("USER"), Env("PASSWORD"));
        var echoed = kontor.echo(new EchoRequest { text = Name }).text;
        Check("connect", echoed == Name, echoed);

        var article = Article(Sku);
        article.listPrice = 1234567.8901m;
        article.listPriceSpecified = true;
        article.textModules = new TextModuleBundle { item = new[] { Text(15, Env("TEXT")), Text(16, Env("LONG")) } };
        article.imageModules = new ImageModuleBundle { item = new[] { new ImageModule { imageModuleTypeId = 1, imageBase64 = Image } } };
        var one = SendArticles(kontor, article);
        Check("one", one.Length == 1 && one[0].returnCode == 0 && one[0].item.internalItemNumber == Sku, one[0].errorDescription);
        var found = FetchArticles(kontor, Sku)[0];
        var texts = found.textModules.item.Select(module => module.translations[0].text).ToArray();
        Check("texts", found.identifier == Name && texts.SequenceEqual(new[] { Env("TEXT"), Env("LONG") }), found.identifier + string.Join("|", texts));
        Check("amounts", found.listPrice == 1234567.8901m, found.listPrice);
        Check("image", found.imageModules.item[0].imageBase64.SequenceEqual(Image));
        Check("zero", SendArticles(kontor).Length == 0 && FetchArticles(kontor, Sku + "-none").Length == 0);

        var skus = Enumerable.Range(0, 25).Select(n => Sku + "-" + n.ToString("00")).ToArray();
        var many = SendArticles(kontor, skus.Select(sku => Article(sku)).ToArray()).Select(report => report.referenceId);
        var back = FetchArticles(kontor, skus).Select(one_ => one_.internalItemNumber).OrderBy(sku => sku, StringComparer.Ordinal);
        Check("many", many.SequenceEqual(skus) && back.SequenceEqual(skus), string.Join(" ", many));
        var mixed = SendArticles(kontor, Article(Sku + "-a"), Article(Sku + "-b", 99), Article(Sku + "-c"));
        Check("bad record", mixed.Select(report => report.returnCode == 0).SequenceEqual(new[] { true, false, true })
            && mixed[1].errorDescription != "", mixed.Length);
        var sent = new[] { SendPrice(kontor, Sku, 12.34m), SendStock(kontor, Sku, 12) };
        Check("price and stock", sent.SequenceEqual(new[] { 0, 0 }), sent[0] + " " + sent[1]);

        try
        {
            SendArticles(Connect(Env("READER"), Env("PASSWORD")), Article(Sku));
            Check("fault", false, "a user who may only read has written");
        }
        catch (SoapException fault)
        {
            // The detail is an XmlNode, with wsdl.exe as with svcutil's older mode.
            var code = fault.Detail["gatewayFault", "urn:kontor:v1"]["errorCode", "urn:kontor:v1"].InnerText;
            Check("fault", code != "" && fault.Message.Contains(code) && fault.Code.Name == "Client", fault);
        }

        var order = FetchOrder(kontor, Env("ORDER"));
        var positions = string.Join(" ", order.orderItems.Select(line => line.internalItemNumber + ":" + line.quantity + ":" + line.price));
        var shipped = SendShipped(kontor, order.orderId, Env("TRACKING"));
        var item = Env("ORDER_ITEM");
        Check("order", positions == item + "-1:1:9.90 " + item + "-2:2:9.90" && shipped == 0, positions + " " + shipped);

        try
        {
            Connect(Env("USER"), "wrong").echo(new EchoRequest());
            Check("password", false, "it was accepted");
        }
        catch (WebException error)
        {
            var response = error.Response as HttpWebResponse;
            Check("password", response != null && response.StatusCode == HttpStatusCode.Unauthorized, error);
        }
    }
}
