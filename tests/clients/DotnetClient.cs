// The story of run.py with a proxy that the .NET tool `wsdl` generated from the typed face's WSDL.
// Compiled together with that proxy. Payloads are written as nested maps with the names of the contract and turned
// into the proxy's own classes here, so that they can be read beside those of the other clients.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Reflection;
using System.Text;
using System.Web.Services.Protocols;

class Map : Dictionary<string, object> { }

static class Program
{
    static readonly string Url = Environment.GetEnvironmentVariable("KONTOR_URL");
    static readonly string Sku = Environment.GetEnvironmentVariable("KONTOR_SKU");
    static readonly string User = Environment.GetEnvironmentVariable("KONTOR_USER");
    static readonly string Password = Environment.GetEnvironmentVariable("KONTOR_PASSWORD");
    static readonly string Tracking = "T-" + Sku;
    const int Account = 1000;
    const string Name = "Größe \"L\" & 'fein' <neu>";
    const string ShortText = "  zwei Blanks vorn, ein ß, ein € und <b>Fett</b> &amp; mehr";
    static readonly string LongText = string.Concat(Enumerable.Repeat("Ein langer Text über Äpfel. ", 2000));

    static object proxy;

    static void Check(string what, bool condition, object seen = null)
    {
        if (!condition)
        {
            Console.WriteLine("FAILED " + what + ": " + seen);
            Environment.Exit(1);
        }
        Console.WriteLine("ok " + what);
    }

    // ---- payload <-> the proxy's classes ------------------------------------------------------------------------

    static object Make(Type type, object value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var map = value as Map;
        var list = value as object[];
        if (map != null && type.IsArray) return Make(type, map["item"]); // the tool makes plain arrays of list wrappers
        if (list != null)
        {
            var array = Array.CreateInstance(type.GetElementType(), list.Length);
            for (int i = 0; i < list.Length; i++) array.SetValue(Make(type.GetElementType(), list[i]), i);
            return array;
        }
        if (map != null)
        {
            var made = Activator.CreateInstance(type);
            foreach (var entry in map)
            {
                var property = type.GetProperty(entry.Key);
                if (property == null) throw new Exception("the contract's type " + type.Name + " has no " + entry.Key);
                property.SetValue(made, Make(property.PropertyType, entry.Value), null);
                // Optional numbers and truth values are sent only with this flag.
                var specified = type.GetProperty(entry.Key + "Specified");
                if (specified != null) specified.SetValue(made, true, null);
            }
            return made;
        }
        if (type.IsEnum) return Enum.Parse(type, (string)value);
        return Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
    }

    static object Get(object from, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (from == null) return null;
            var property = from.GetType().GetProperty(name);
            if (property == null) throw new Exception("the contract's type " + from.GetType().Name + " has no " + name);
            from = property.GetValue(from, null);
        }
        return from;
    }

    static List<object> Items(object wrapper)
    {
        if (wrapper == null) return new List<object>();
        if (!(wrapper is Array)) wrapper = Get(wrapper, "item");
        return wrapper == null ? new List<object>() : ((Array)wrapper).Cast<object>().ToList();
    }

    static object Call(string operation, Map request)
    {
        var method = proxy.GetType().GetMethod(operation);
        if (method == null) throw new Exception("the proxy has no method " + operation);
        Check(operation + " takes one request", method.GetParameters().Length == 1, method);
        try
        {
            return method.Invoke(proxy, new[] { Make(method.GetParameters()[0].ParameterType, request) });
        }
        catch (TargetInvocationException error)
        {
            throw error.InnerException;
        }
    }

    static Map List(params object[] items) { return new Map { { "item", items } }; }

    // ---- the calls ----------------------------------------------------------------------------------------------

    static List<object> Records(object result) { return Items(Get(result, "reports")); }
    static int[] Codes(List<object> records) { return records.Select(r => (int)Get(r, "returnCode")).ToArray(); }
    static bool AllGood(List<object> records) { return records.Count > 0 && Codes(records).All(c => c == 0); }
    static string Show(List<object> records)
    {
        return string.Join("; ", records.Select(r => Get(r, "returnCode") + " " + Get(r, "errorDescription")));
    }

    static List<object> SendItems(params object[][] rows)
    {
        return Records(Call("updateItems", new Map { { "items", List(rows.Select(row => (object)new Map {
            { "significantKey", "INTERNAL_ITEM_NUMBER" }, { "referenceId", row[0] }, { "mandatorId", 1 },
            { "internalItemNumber", row[1] }, { "identifier", Name }, { "taxTypeId", row[2] },
            { "textModules", List(new Map { { "textModuleType", 15 }, { "translations", List(
                new Map { { "languageCodeIso", "de" }, { "text", row[3] } }) } }) } }).ToArray()) } }));
    }

    static List<object> SendPrice(string price)
    {
        return Records(Call("updatePricelist", new Map { { "pricelists", List(new Map {
            { "significantKey", "IDENTIFIER" }, { "mandatorId", 1 }, { "identifier", "default" }, { "fullImport", false },
            { "isoCurrency", "EUR" }, { "roundingId", 1 }, { "gross", true },
            { "validities", List(new Map { { "prices", List(new Map { { "itemNr", Sku }, { "price", price } }) } }) } }) } }));
    }

    static List<object> SendStock(int count)
    {
        return Records(Call("updateStockCount", new Map { { "items", List(new Map {
            { "significantKey", "INTERNAL_ITEM_NUMBER" }, { "mandatorId", 1 }, { "internalItemNumber", Sku },
            { "stockItems", List(new Map { { "mandatorId", 1 }, { "warehouseCode", "standard" }, { "stockCount", count }, { "absolute", true } }) } }) } }));
    }

    static List<object> FetchOrders()
    {
        var result = Call("fetchOrders", new Map {
            { "filters", List(new Map { { "mandatorId", new Map { { "value", 1 } } }, { "exportDate", new Map { { "isNull", true } } } }) },
            { "ordersPerPage", 50 }, { "page", 1 } });
        Check("fetchOrders reports success", (int)Get(result, "report.returnCode") == 0);
        return Items(Get(result, "orders"));
    }

    static List<object> SendShipped(params int[] orderIds)
    {
        return Records(Call("updateOrderStatus", new Map { { "orders", List(orderIds.Select(id => (object)new Map {
            { "significantKey", "ORDER_ID" }, { "mandatorId", 1 }, { "orderId", id }, { "status", "SHIPPED" },
            { "shippingInformations", List(new Map { { "trackingNumber", Tracking }, { "shippingProviderIdentifier", "DHL" } }) } }).ToArray()) } }));
    }

    /// Plain HTTP: the status and the text.
    static KeyValuePair<int, string> Http(string method, string address, string body, string type)
    {
        var request = (HttpWebRequest)WebRequest.Create(address);
        request.Method = method;
        request.Timeout = 30000;
        request.Headers["Authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(User + ":" + Password));
        if (body != null)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            request.ContentType = type;
            using (var stream = request.GetRequestStream()) stream.Write(bytes, 0, bytes.Length);
        }
        HttpWebResponse response;
        try { response = (HttpWebResponse)request.GetResponse(); }
        catch (WebException error)
        {
            if (error.Response == null) throw;
            response = (HttpWebResponse)error.Response;
        }
        using (var reader = new StreamReader(response.GetResponseStream(), Encoding.UTF8))
            return new KeyValuePair<int, string>((int)response.StatusCode, reader.ReadToEnd());
    }

    static object Connect(string password)
    {
        var type = Assembly.GetExecutingAssembly().GetTypes().Single(t => typeof(SoapHttpClientProtocol).IsAssignableFrom(t));
        var made = (SoapHttpClientProtocol)Activator.CreateInstance(type); // its address is the one in the WSDL
        Check("the WSDL names the address it came from", made.Url.StartsWith(Url + "/ws/"), made.Url);
        made.Credentials = new NetworkCredential(User, password);
        made.Timeout = 60000;
        return made;
    }

    static void Main()
    {
        try { Story(); }
        catch (Exception error)
        {
            Console.WriteLine("FAILED " + error.GetType().Name + ": " + error.Message);
            Console.WriteLine(error);
            Environment.Exit(1);
        }
    }

    static void Story()
    {
        proxy = Connect(Password);
        Call("echo", new Map());

        Check("no record, no report", SendItems().Count == 0);
        var records = SendItems(new object[] { "r1", Sku, 3, ShortText }, new object[] { "r2", Sku + "-bad", 99, "x" }, new object[] { "r3", Sku + "-long", 3, LongText });
        Check("one report per record, in order", records.Select(r => (string)Get(r, "referenceId")).SequenceEqual(new[] { "r1", "r2", "r3" }), Show(records));
        Check("the bad record alone fails", Codes(records).Select(c => c < 0).SequenceEqual(new[] { false, true, false }), Show(records));
        Check("and says why", !string.IsNullOrEmpty((string)Get(records[1], "errorDescription")), Show(records));
        records = SendItems(new object[] { "r1", Sku, 3, ShortText });
        Check("one record, one report", Codes(records).SequenceEqual(new[] { 0 }), Show(records));
        var itemId = Get(records[0], "item.itemId");

        records = SendPrice("9.90");
        Check("price", AllGood(records), Show(records));
        records = SendStock(12);
        Check("stock", AllGood(records), Show(records));
        records = Records(Call("prepareOffers", new Map { { "offers", List(new Map { { "mandatorId", 1 }, { "accountId", Account }, { "itemId", itemId } }) } }));
        Check("prepareOffers", AllGood(records), Show(records));
        records = Records(Call("uploadOffers", new Map { { "offerIds", List(Get(records[0], "offer.offerId")) }, { "processSynchronous", true } }));
        Check("uploadOffers", AllGood(records), Show(records));

        var sandbox = Url + "/sandbox/" + Account;
        var offer = Http("GET", sandbox + "/offers/" + Sku, null, null);
        Check("the offer reached the channel", offer.Key == 200, offer.Value);
        var bought = Http("POST", sandbox + "/orders", "{\"lines\":[{\"sku\":\"" + Sku + "\",\"quantity\":2}]}", "application/json");
        Check("a buyer orders", bought.Key < 300, bought.Value);
        var number = bought.Value.Split(new[] { "\"order_id\":\"" }, StringSplitOptions.None)[1].Split('"')[0];
        records = Records(Call("syncPlatformOrders", new Map { { "accountIds", List(Account) }, { "processSynchronous", true } }));
        Check("syncPlatformOrders", AllGood(records), Show(records));
        var mine = FetchOrders().Where(o => (string)Get(o, "marketplaceOrderId") == number).ToList();
        Check("fetchOrders brings the order once", mine.Count == 1, mine.Count);
        var position = Items(Get(mine[0], "orderItems")).Single();
        Check("with its position", (string)Get(position, "internalItemNumber") == Sku && Convert.ToInt32(Get(position, "quantity")) == 2);
        records = SendShipped((int)Get(mine[0], "orderId"), 2000000000);
        Check("shipped, and an unknown order fails alone", Codes(records).Select(c => c < 0).SequenceEqual(new[] { false, true }), Show(records));
        var order = Http("GET", sandbox + "/orders/" + number, null, null).Value;
        Check("the channel knows the parcel", order.Contains("\"shipped\"") && order.Contains(Tracking), order);

        var broken = Http("POST", Url + "/ws/v1", "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
            + "<updateItems xmlns=\"urn:kontor:v1\"><request><items><item></request></updateItems></s:Body></s:Envelope>", "text/xml; charset=utf-8");
        Check("broken XML is a fault", broken.Key == 500 && broken.Value.Contains("Fault"), broken.Key + " " + broken.Value);

        proxy = Connect("wrong");
        try
        {
            Call("echo", new Map());
            Check("a wrong password is refused", false);
        }
        catch (WebException error)
        {
            var response = error.Response as HttpWebResponse;
            Check("a wrong password is refused", response != null && response.StatusCode == HttpStatusCode.Unauthorized, error.Message);
        }
    }
}
