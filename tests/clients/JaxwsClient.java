// The story of run.py with classes that JAX-WS `wsimport` generated (package `kontor`) from the typed face's WSDL.
// Payloads are written as nested maps with the names of the contract and turned into the generated classes here, so
// that they can be read beside those of the other clients.

import java.io.File;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebEndpoint;
import javax.xml.ws.WebServiceClient;
import javax.xml.ws.WebServiceException;

public class JaxwsClient {
    static final String URL = System.getenv("KONTOR_URL");
    static final String SKU = System.getenv("KONTOR_SKU");
    static final String USER = System.getenv("KONTOR_USER");
    static final String PASSWORD = System.getenv("KONTOR_PASSWORD");
    static final String TRACKING = "T-" + SKU;
    static final int ACCOUNT = 1000;
    static final String NAME = "Größe \"L\" & 'fein' <neu>";
    static final String SHORT_TEXT = "  zwei Blanks vorn, ein ß, ein € und <b>Fett</b> &amp; mehr";
    static final String LONG_TEXT = "Ein langer Text über Äpfel. ".repeat(2000);

    static Object port;

    static void check(String what, boolean condition, Object... seen) {
        if (!condition) {
            System.out.println("FAILED " + what + ": " + Arrays.toString(seen));
            System.exit(1);
        }
        System.out.println("ok " + what);
    }

    // ---- payload <-> the generated classes ------------------------------------------------------------------------

    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) map.put((String) pairs[i], pairs[i + 1]);
        return map;
    }

    static Map<String, Object> list(Object... items) {
        return map("item", Arrays.asList(items));
    }

    static String upper(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    static Method accessor(Class<?> type, String prefix, String name) throws Exception {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(prefix + upper(name))) return method;
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    static Object make(Type type, Object value) throws Exception {
        if (value instanceof Map) {
            Class<?> kind = (Class<?>) type;
            Object made = kind.getDeclaredConstructor().newInstance();
            for (Map.Entry<String, Object> entry : ((Map<String, Object>) value).entrySet()) {
                if (entry.getValue() instanceof List) { // JAXB lists have a getter only
                    Method getter = accessor(kind, "get", entry.getKey());
                    if (getter == null) throw new Exception("the contract's type " + kind.getSimpleName() + " has no " + entry.getKey());
                    Type element = ((ParameterizedType) getter.getGenericReturnType()).getActualTypeArguments()[0];
                    for (Object one : (List<Object>) entry.getValue()) ((List<Object>) getter.invoke(made)).add(make(element, one));
                } else {
                    Method setter = accessor(kind, "set", entry.getKey());
                    if (setter == null) throw new Exception("the contract's type " + kind.getSimpleName() + " has no " + entry.getKey());
                    setter.invoke(made, make(setter.getGenericParameterTypes()[0], entry.getValue()));
                }
            }
            return made;
        }
        Class<?> kind = (Class<?>) type;
        if (kind.isEnum()) return kind.getMethod("valueOf", String.class).invoke(null, value);
        if (kind == BigDecimal.class) return new BigDecimal((String) value);
        return value;
    }

    static Object get(Object from, String path) throws Exception {
        for (String name : path.split("\\.")) {
            if (from == null) return null;
            Method getter = accessor(from.getClass(), "get", name);
            if (getter == null) throw new Exception("the contract's type " + from.getClass().getSimpleName() + " has no " + name);
            from = getter.invoke(from);
        }
        return from;
    }

    @SuppressWarnings("unchecked")
    static List<Object> items(Object wrapper) throws Exception {
        return wrapper == null ? new ArrayList<>() : (List<Object>) get(wrapper, "item");
    }

    static Object call(String operation, Map<String, Object> request) throws Exception {
        Method method = null;
        for (Method one : port.getClass().getInterfaces()[0].getMethods()) if (one.getName().equals(operation)) method = one;
        if (method == null) throw new Exception("the port has no method " + operation);
        check(operation + " takes one request", method.getParameterCount() == 1, method);
        try {
            return method.invoke(port, make(method.getGenericParameterTypes()[0], request));
        } catch (InvocationTargetException error) {
            if (error.getCause() instanceof Exception) throw (Exception) error.getCause();
            throw error;
        }
    }

    // ---- the calls ------------------------------------------------------------------------------------------------

    static List<Object> records(Object result) throws Exception {
        return items(get(result, "reports"));
    }

    static List<Object> fields(List<Object> records, String name) throws Exception {
        List<Object> values = new ArrayList<>();
        for (Object record : records) values.add(get(record, name));
        return values;
    }

    static List<Boolean> failed(List<Object> records) throws Exception {
        return fields(records, "returnCode").stream().map(code -> (Integer) code < 0).collect(Collectors.toList());
    }

    static boolean allGood(List<Object> records) throws Exception {
        return !records.isEmpty() && fields(records, "returnCode").stream().allMatch(code -> (Integer) code == 0);
    }

    static String show(List<Object> records) throws Exception {
        return fields(records, "returnCode") + " " + fields(records, "errorDescription");
    }

    static List<Object> sendItems(Object[]... rows) throws Exception {
        Object[] items = Arrays.stream(rows).map(row -> map("significantKey", "INTERNAL_ITEM_NUMBER", "referenceId", row[0],
            "mandatorId", 1, "internalItemNumber", row[1], "identifier", NAME, "taxTypeId", row[2],
            "textModules", list(map("textModuleType", 15, "translations", list(map("languageCodeIso", "de", "text", row[3])))))).toArray();
        return records(call("updateItems", map("items", list(items))));
    }

    static List<Object> sendPrice(String price) throws Exception {
        return records(call("updatePricelist", map("pricelists", list(map("significantKey", "IDENTIFIER", "mandatorId", 1,
            "identifier", "default", "fullImport", false, "isoCurrency", "EUR", "roundingId", 1, "gross", true,
            "validities", list(map("prices", list(map("itemNr", SKU, "price", price)))))))));
    }

    static List<Object> sendStock(int count) throws Exception {
        return records(call("updateStockCount", map("items", list(map("significantKey", "INTERNAL_ITEM_NUMBER", "mandatorId", 1,
            "internalItemNumber", SKU, "stockItems", list(map("mandatorId", 1, "warehouseCode", "standard", "stockCount", count,
            "absolute", true)))))));
    }

    static List<Object> fetchOrders() throws Exception {
        Object result = call("fetchOrders", map("filters", list(map("mandatorId", map("value", 1), "exportDate", map("isNull", true))),
            "ordersPerPage", 50, "page", 1));
        check("fetchOrders reports success", (Integer) get(result, "report.returnCode") == 0);
        return items(get(result, "orders"));
    }

    static List<Object> sendShipped(int... orderIds) throws Exception {
        Object[] orders = Arrays.stream(orderIds).mapToObj(id -> map("significantKey", "ORDER_ID", "mandatorId", 1, "orderId", id,
            "status", "SHIPPED", "shippingInformations", list(map("trackingNumber", TRACKING, "shippingProviderIdentifier", "DHL")))).toArray();
        return records(call("updateOrderStatus", map("orders", list(orders))));
    }

    /** Plain HTTP: the status, a blank, the text. */
    static String http(String method, String address, String body, String type) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(30000);
        connection.setReadTimeout(30000);
        String secret = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        connection.setRequestProperty("Authorization", "Basic " + secret);
        if (body != null) {
            connection.setRequestProperty("Content-Type", type);
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return status + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Object connect(String password) throws Exception {
        for (String file : new File("classes/kontor").list()) {
            if (!file.endsWith(".class")) continue;
            Class<?> type = Class.forName("kontor." + file.substring(0, file.length() - 6));
            if (!type.isAnnotationPresent(WebServiceClient.class)) continue;
            Object service = type.getDeclaredConstructor().newInstance(); // reads the WSDL again from the gateway
            for (Method method : type.getMethods()) {
                if (!method.isAnnotationPresent(WebEndpoint.class) || method.getParameterCount() != 0) continue;
                Object made = method.invoke(service);
                Map<String, Object> context = ((BindingProvider) made).getRequestContext();
                String address = (String) context.get(BindingProvider.ENDPOINT_ADDRESS_PROPERTY);
                check("the WSDL names the address it came from", address.startsWith(URL + "/ws/"), address);
                context.put(BindingProvider.USERNAME_PROPERTY, USER);
                context.put(BindingProvider.PASSWORD_PROPERTY, password);
                context.put("com.sun.xml.ws.connect.timeout", 30000);
                context.put("com.sun.xml.ws.request.timeout", 60000);
                return made;
            }
        }
        throw new Exception("wsimport made no service class");
    }

    public static void main(String[] arguments) {
        try {
            story();
        } catch (Throwable error) {
            System.out.println("FAILED " + error);
            error.printStackTrace(System.out);
            System.exit(1);
        }
        System.exit(0);
    }

    static void story() throws Exception {
        port = connect(PASSWORD);
        call("echo", map());

        check("no record, no report", sendItems().isEmpty());
        List<Object> records = sendItems(new Object[] {"r1", SKU, 3, SHORT_TEXT}, new Object[] {"r2", SKU + "-bad", 99, "x"},
            new Object[] {"r3", SKU + "-long", 3, LONG_TEXT});
        check("one report per record, in order", fields(records, "referenceId").equals(List.of("r1", "r2", "r3")), show(records));
        check("the bad record alone fails", failed(records).equals(List.of(false, true, false)), show(records));
        String why = (String) get(records.get(1), "errorDescription");
        check("and says why", why != null && !why.isEmpty(), show(records));
        records = sendItems(new Object[][] {{"r1", SKU, 3, SHORT_TEXT}});
        check("one record, one report", records.size() == 1 && allGood(records), show(records));
        Object itemId = get(records.get(0), "item.itemId");

        records = sendPrice("9.90");
        check("price", allGood(records), show(records));
        records = sendStock(12);
        check("stock", allGood(records), show(records));
        records = records(call("prepareOffers", map("offers", list(map("mandatorId", 1, "accountId", ACCOUNT, "itemId", itemId)))));
        check("prepareOffers", allGood(records), show(records));
        Object offerId = get(records.get(0), "offer.offerId");
        records = records(call("uploadOffers", map("offerIds", list(offerId), "processSynchronous", true)));
        check("uploadOffers", allGood(records), show(records));

        String sandbox = URL + "/sandbox/" + ACCOUNT;
        String offer = http("GET", sandbox + "/offers/" + SKU, null, null);
        check("the offer reached the channel", offer.startsWith("200"), offer);
        String bought = http("POST", sandbox + "/orders", "{\"lines\":[{\"sku\":\"" + SKU + "\",\"quantity\":2}]}", "application/json");
        check("a buyer orders", bought.startsWith("2"), bought);
        String number = bought.split("\"order_id\":\"")[1].split("\"")[0];
        records = records(call("syncPlatformOrders", map("accountIds", list(ACCOUNT), "processSynchronous", true)));
        check("syncPlatformOrders", allGood(records), show(records));
        List<Object> mine = new ArrayList<>();
        for (Object order : fetchOrders()) if (number.equals(get(order, "marketplaceOrderId"))) mine.add(order);
        check("fetchOrders brings the order once", mine.size() == 1, mine.size());
        List<Object> positions = items(get(mine.get(0), "orderItems"));
        check("with its position", positions.size() == 1 && SKU.equals(get(positions.get(0), "internalItemNumber"))
            && ((Number) get(positions.get(0), "quantity")).intValue() == 2, positions.size());
        records = sendShipped((Integer) get(mine.get(0), "orderId"), 2000000000);
        check("shipped, and an unknown order fails alone", failed(records).equals(List.of(false, true)), show(records));
        String order = http("GET", sandbox + "/orders/" + number, null, null);
        check("the channel knows the parcel", order.contains("\"shipped\"") && order.contains(TRACKING), order);

        String broken = http("POST", URL + "/ws/v1", "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
            + "<updateItems xmlns=\"urn:kontor:v1\"><request><items><item></request></updateItems></s:Body></s:Envelope>", "text/xml; charset=utf-8");
        check("broken XML is a fault", broken.startsWith("500") && broken.contains("Fault"), broken);

        port = connect("wrong");
        try {
            call("echo", map());
            check("a wrong password is refused", false);
        } catch (WebServiceException error) {
            check("a wrong password is refused", String.valueOf(error.getMessage()).contains("401"), error.getMessage());
        }
    }
}
