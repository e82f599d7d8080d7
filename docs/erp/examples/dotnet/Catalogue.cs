// A catalogue into Kontor, its orders back.   mono catalogue.exe load FOLDER | mono catalogue.exe orders

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Web.Services.Protocols;
using Kontor;

namespace Kontor
{
    public partial class KontorService
    {
        public string Key;

        protected override WebRequest GetWebRequest(Uri address)
        {
            var request = base.GetWebRequest(address);
            request.Headers["Idempotency-Key"] = Key;
            return request;
        }
    }
}

static class Catalogue
{
    const int Mandator = 1, Account = 1000, Description = 15;
    const string Erp = "erp"; // in place of the ERP's database: cursors and orders
    static readonly string[] Damaged = { "SHIRT-L" }; // what the warehouse cannot deliver
    static readonly KontorService Service = new KontorService();

    static string Env(string name, string otherwise)
    {
        return Environment.GetEnvironmentVariable("KONTOR_" + name) ?? otherwise;
    }

    static void Connect()
    {
        Service.Url = Env("URL", "http://127.0.0.1:8080") + "/ws/v1"; // else the address that the WSDL had
        Service.Credentials = new NetworkCredential(Env("USER", "erp"), Env("PASSWORD", "example"));
        Service.PreAuthenticate = true;
        Service.Timeout = 60000;
    }

    // guide: call
    /// Sends one document. If no answer comes, sends the same one with the same key: Kontor books it once.
    static T Call<T>(Func<T> send, string key = null)
    {
        Service.Key = key ?? Guid.NewGuid().ToString();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return send();
            }
            catch (SoapException fault) when (fault.Code.Name == "Server" && attempt < 3)
            {
                Thread.Sleep(attempt * 1000); // busy, or its database is away
            }
            catch (WebException error) when (Unanswered(error) && attempt < 3)
            {
                Thread.Sleep(attempt * 1000);
            }
        }
    }

    /// Without an answer nobody knows whether it was booked; with 503 it was not.
    static bool Unanswered(WebException error)
    {
        var response = error.Response as HttpWebResponse;
        return response == null || response.StatusCode == HttpStatusCode.ServiceUnavailable;
    }

    /// Whether Kontor took the record. Correct a refused record; do not repeat it.
    static bool Good(string operation, int returnCode, string errorDescription)
    {
        if (returnCode < 0) Console.WriteLine("refused: {0}: {1} ({2})", operation, errorDescription, returnCode);
        return returnCode >= 0;
    }

    static void Warn(string[] warnings)
    {
        foreach (var warning in warnings ?? new string[0]) Console.WriteLine("warning: " + warning);
    }
    // end

    /// The rows of a CSV file, by the names in its first line; an empty field is null.
    static List<Dictionary<string, string>> Rows(string file)
    {
        var lines = File.ReadAllLines(file).Select(line => line.Split(';')).ToList();
        return lines.Skip(1).Select(line => lines[0].Zip(line, (name, value) => new { name, value })
            .ToDictionary(one => one.name, one => one.value == "" ? null : one.value)).ToList();
    }

    static void LoadCategories(List<Dictionary<string, string>> rows)
    {
        var records = rows.Select(row => new CategoryRecord
        {
            significantKey = CategoryKey.EXTERNAL_ID, significantKeySpecified = true, mandatorId = Mandator,
            externalId = row["number"], externalParentId = row["parent"], identifier = row["name"],
        }).ToArray();
        var result = Call(() => Service.updateCategories(new UpdateCategoriesRequest { categories = records }));
        Warn(result.warnings);
        foreach (var one in result.reports) Good("updateCategories", one.returnCode, one.errorDescription);
    }

    // guide: article
    static ItemRecord Article(Dictionary<string, string> row, string pictures)
    {
        var article = new ItemRecord
        {
            significantKey = ItemKey.INTERNAL_ITEM_NUMBER, significantKeySpecified = true, mandatorId = Mandator,
            internalItemNumber = row["sku"], identifier = row["name"], eanCode = row["ean"],
            taxTypeId = int.Parse(row["tax"]), taxTypeIdSpecified = true,
            externalCategoryId = row["category"], // a variant without one has its parent's
        };
        var text = new Translation { languageCodeIso = "en", text = row["name"] + ", made to last." };
        var module = new TextModule { textModuleType = Description, translations = new[] { text } };
        article.textModules = new TextModuleBundle { item = new[] { module } };
        if (row["picture"] != null)
        {
            var bytes = File.ReadAllBytes(Path.Combine(pictures, row["picture"]));
            article.imageModules = new ImageModuleBundle { item = new[] { new ImageModule { imageModuleTypeId = 1, imageBase64 = bytes } } };
        }
        if (row["parent"] != null) // an article of its own, earlier in the file
        {
            var attributes = new[] { "Colour", "Size" }.Where(name => row[name.ToLower()] != null).Select(name => new VariantAttribute
            {
                property = new NamedValue { identifier = name }, value = new NamedValue { identifier = row[name.ToLower()] },
            });
            article.variant = new VariantRecord { externalVariantParentId = row["parent"], attributes = attributes.ToArray() };
        }
        return article;
    }
    // end

    static string[] LoadArticles(List<Dictionary<string, string>> rows, string pictures)
    {
        var records = rows.Select(row => Article(row, pictures)).ToArray();
        var result = Call(() => Service.updateItems(new UpdateItemsRequest { items = records }));
        Warn(result.warnings);
        return result.reports.Where(one => Good("updateItems", one.returnCode, one.errorDescription))
            .Select(one => one.item.internalItemNumber).ToArray();
    }

    // guide: prices
    static PricelistRecord Pricelist(string name, List<Dictionary<string, string>> rows, string column)
    {
        var entries = rows.Where(row => row[column] != null).Select(row => new PriceEntry
        {
            itemNr = row["sku"], price = decimal.Parse(row[column], CultureInfo.InvariantCulture),
        });
        return new PricelistRecord
        {
            significantKey = PricelistKey.IDENTIFIER, significantKeySpecified = true, mandatorId = Mandator, identifier = name,
            fullImport = true, fullImportSpecified = true, // these prices replace the stored ones
            isoCurrency = "EUR", roundingId = 1, roundingIdSpecified = true, gross = true, grossSpecified = true,
            validities = new[] { new Validity { prices = entries.ToArray() } },
        };
    }
    // end

    static void LoadPrices(params PricelistRecord[] lists)
    {
        var result = Call(() => Service.updatePricelist(new UpdatePricelistRequest { pricelists = lists }));
        Warn(result.warnings);
        foreach (var one in result.reports) Good("updatePricelist", one.returnCode, one.errorDescription);
    }

    static void LoadStock(List<Dictionary<string, string>> rows)
    {
        var records = rows.Select(row => new StockRecord
        {
            significantKey = StockItemKey.INTERNAL_ITEM_NUMBER, significantKeySpecified = true, mandatorId = Mandator,
            internalItemNumber = row["sku"],
            stockItems = new[]
            {
                new StockBooking
                {
                    mandatorId = Mandator, mandatorIdSpecified = true, warehouseCode = "standard",
                    stockCount = int.Parse(row["stock"]), absolute = true,
                },
            },
        }).ToArray();
        var result = Call(() => Service.updateStockCount(new UpdateStockCountRequest { items = records }));
        Warn(result.warnings);
        foreach (var one in result.reports) Good("updateStockCount", one.returnCode, one.errorDescription);
    }

    // guide: offers
    static int[] List(List<Dictionary<string, string>> rows)
    {
        var wanted = rows.Select(row => new PrepareOfferRecord
        {
            referenceId = row["sku"], mandatorId = Mandator, accountId = Account, internalItemNumber = row["sku"],
        }).ToArray();
        var result = Call(() => Service.prepareOffers(new PrepareOffersRequest { offers = wanted }));
        var prepared = result.reports.Where(one => Good("prepareOffers", one.returnCode, one.errorDescription)).ToArray();
        foreach (var one in prepared)
            foreach (var missing in one.offer.missingValues ?? new MissingValue[0])
                Console.WriteLine("incomplete: {0} {1}: {2}; {3}", one.referenceId, missing.name, missing.reason, missing.remedy);
        var numbers = prepared.Select(one => one.offer.offerId).ToArray();
        var upload = new UploadOffersRequest { offerIds = numbers, processSynchronous = true, processSynchronousSpecified = true };
        foreach (var one in Call(() => Service.uploadOffers(upload)).reports ?? new OfferIdsReport[0])
            Good("uploadOffers", one.returnCode, one.errorDescription);
        return numbers;
    }
    // end

    // guide: changes
    /// Reads what changed since the last run, page by page. The cursor is stored when its page has been booked.
    static void Changes(string operation, Func<string, FetchReport> read, Func<int> book, Func<string> next)
    {
        var cursor = Path.Combine(Erp, operation + ".cursor");
        int booked;
        do
        {
            var report = read(File.Exists(cursor) ? File.ReadAllText(cursor) : "");
            if (report.returnCode < 0) throw new InvalidOperationException(operation + ": " + report.errorDescription);
            booked = book();
            File.WriteAllText(cursor, next());
        } while (booked > 0);
    }

    static void ReadOrders()
    {
        var mine = new OrderFilter { mandatorId = new NumberFilter { value = Mandator, valueSpecified = true } };
        var request = new FetchOrdersRequest { filters = new[] { mine }, ordersPerPage = 100, ordersPerPageSpecified = true };
        FetchOrdersResult result = null;
        Changes("fetchOrders",
            since => { request.changedSince = since; return (result = Call(() => Service.fetchOrders(request))).report; },
            () => { foreach (var order in result.orders ?? new OrderRecord[0]) Process(order); return (result.orders ?? new OrderRecord[0]).Length; },
            () => result.nextChangedSince);
    }
    // end

    static void ReadMessages()
    {
        var mine = new MessageFilterRecord { mandatorId = new NumberFilter { value = Mandator, valueSpecified = true } };
        var request = new FetchUploadMessagesRequest { filters = new[] { mine } };
        FetchUploadMessagesResult result = null;
        Changes("fetchUploadMessages",
            since => { request.changedSince = since; return (result = Call(() => Service.fetchUploadMessages(request))).report; },
            () =>
            {
                var page = result.messages ?? new UploadMessage[0];
                foreach (var one in page) Console.WriteLine("message: {0} {1}, offer {2}: {3}; {4}", one.severity, one.code, one.offerId, one.text, one.remedy);
                return page.Length;
            },
            () => result.nextChangedSince);
    }

    // guide: orders
    static void Report(OrderRecord order, OrderEvent status, OrderPacket parcel = null, OrderItemCancellation pieces = null, string key = null)
    {
        var update = new OrderStatusUpdate
        {
            significantKey = OrderSignificantKey.ORDER_ID, mandatorId = Mandator, orderId = order.orderId, orderIdSpecified = true,
            status = status,
            shippingInformations = parcel == null ? null : new[] { parcel },
            orderItems = pieces == null ? null : new[] { pieces },
        };
        var result = Call(() => Service.updateOrderStatus(new UpdateOrderStatusRequest { orders = new[] { update } }), key);
        Warn(result.warnings);
        foreach (var one in result.reports) Good("updateOrderStatus", one.returnCode, one.errorDescription);
    }

    static OrderContent Content(int orderItemId, int quantity)
    {
        return new OrderContent { orderItemId = orderItemId, orderItemIdSpecified = true, quantity = quantity };
    }

    /// The same parcel with the same contents is a repeat, so a crash between two parcels does no harm.
    static void Ship(OrderRecord order, int number, IEnumerable<OrderContent> contents)
    {
        Report(order, OrderEvent.SHIPPED, new OrderPacket
        {
            externalPacketNumber = "LS-" + order.orderNumber + "-" + number,
            trackingNumber = "TRACK-" + order.orderNumber + "-" + number,
            shippingProviderIdentifier = "DHL",
            contents = contents.Where(content => content.quantity > 0).ToArray(),
        });
    }

    static void Process(OrderRecord order)
    {
        var text = order.orderItems.Select(line => line.internalItemNumber + ";" + line.quantity + ";" + line.price.ToString(CultureInfo.InvariantCulture));
        File.WriteAllLines(Path.Combine(Erp, "order-" + order.orderId + ".csv"), text); // insert or update: an order that changes comes again
        if (!order.exportDateSpecified) Report(order, OrderEvent.FETCHED);
        var prepayment = order.workflowSpecified && order.workflow == OrderWorkflow.PREPAYMENT;
        var paid = order.paymentStatusIdentifierSpecified && order.paymentStatusIdentifier == PaymentStatus.PAID;
        if (prepayment && !paid || order.orderItems.All(line => line.openQuantity == 0)) return;
        foreach (var line in order.orderItems.Where(line => Damaged.Contains(line.internalItemNumber) && line.openQuantity > 0))
        {
            // Nothing in the document tells a repeat from a second cancellation, so the key must survive a crash.
            var key = "cancel-" + order.orderId + "-" + line.orderItemId + "-" + line.cancelledQuantity;
            var pieces = new OrderItemCancellation { orderItemId = line.orderItemId, orderItemIdSpecified = true, quantity = line.openQuantity };
            Report(order, OrderEvent.CANCELED, pieces: pieces, key: key);
        }
        var contents = order.orderItems.Where(line => !Damaged.Contains(line.internalItemNumber))
            .Select(line => Content(line.orderItemId, line.quantity - line.cancelledQuantity)).Where(content => content.quantity > 0).ToList();
        if (contents.Sum(content => content.quantity) > 1) // one piece today, the others tomorrow
        {
            Ship(order, 1, new[] { Content(contents[0].orderItemId, 1) });
            contents[0].quantity--;
            Ship(order, 2, contents);
        }
        else if (contents.Count > 0) Ship(order, 1, contents);
        Console.WriteLine("processed: " + order.marketplaceOrderId);
    }
    // end

    static void Load(string folder)
    {
        LoadCategories(Rows(Path.Combine(folder, "categories.csv")));
        var articles = Rows(Path.Combine(folder, "articles.csv"));
        var stored = LoadArticles(articles, Path.Combine(folder, "pictures"));
        var sold = articles.Where(row => stored.Contains(row["sku"]) && row["price"] != null).ToList(); // the parents have no price
        LoadPrices(Pricelist("default", sold, "price"), Pricelist("sale", sold, "sale"));
        LoadStock(sold);
        var offers = List(sold);
        ReadMessages();
        Console.WriteLine("loaded: {0} articles, {1} offers", stored.Length, offers.Length);
    }

    static void Main(string[] arguments)
    {
        Directory.CreateDirectory(Erp);
        Connect();
        if (arguments[0] == "load") Load(arguments[1]);
        else ReadOrders();
    }
}
