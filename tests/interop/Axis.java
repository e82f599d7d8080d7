// The script of run.py with classes that Axis 1.4's WSDL2Java made (package kontor). Plain Java 5, as old ERPs have it.

import java.math.BigDecimal;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import kontor.*;
import org.apache.axis.AxisFault;

public class Axis {
    static String env(String name) { return System.getenv("KONTOR_" + name); }
    static final String SKU = env("SKU"), NAME = env("NAME");
    static final byte[] IMAGE = Base64.getDecoder().decode(env("IMAGE"));

    // guide: connect
    static KontorPortType connect(String user, String password) throws Exception {
        KontorBindingStub kontor = (KontorBindingStub) new KontorServiceLocator().getKontorPort(new URL(env("URL") + "/ws/v1"));
        kontor.setUsername(user);
        kontor.setPassword(password);
        kontor.setTimeout(60000);
        return kontor;
    }
    // end

    // guide: article
    static ItemRecord article(String sku, int taxType) {
        ItemRecord article = new ItemRecord();
        article.setSignificantKey(ItemKey.INTERNAL_ITEM_NUMBER);
        article.setReferenceId(sku);
        article.setMandatorId(1);
        article.setInternalItemNumber(sku);
        article.setIdentifier(NAME);
        article.setTaxTypeId(taxType);
        return article;
    }

    static TextModule text(int type, String content) {
        Translation translation = new Translation();
        translation.setLanguageCodeIso("de");
        translation.setText(content);
        TextModule module = new TextModule();
        module.setTextModuleType(type);
        module.setTranslations(new Translation[] {translation}); // lists are plain arrays
        return module;
    }

    static ItemReport[] sendArticles(KontorPortType kontor, ItemRecord... articles) throws Exception {
        UpdateItemsRequest request = new UpdateItemsRequest();
        request.setItems(articles);
        ItemReport[] reports = kontor.updateItems(request).getReports();
        return reports == null ? new ItemReport[0] : reports;
    }

    static int sendPrice(KontorPortType kontor, String sku, BigDecimal price) throws Exception {
        PriceEntry entry = new PriceEntry();
        entry.setItemNr(sku);
        entry.setPrice(price);
        Validity validity = new Validity();
        validity.setPrices(new PriceEntry[] {entry});
        PricelistRecord list = new PricelistRecord();
        list.setSignificantKey(PricelistKey.IDENTIFIER);
        list.setMandatorId(1);
        list.setIdentifier("default");
        list.setValidities(new Validity[] {validity});
        UpdatePricelistRequest request = new UpdatePricelistRequest();
        request.setPricelists(new PricelistRecord[] {list});
        return kontor.updatePricelist(request).getReports()[0].getReturnCode();
    }

    static int sendStock(KontorPortType kontor, String sku, int count) throws Exception {
        StockBooking booking = new StockBooking();
        booking.setMandatorId(1);
        booking.setWarehouseCode("standard");
        booking.setStockCount(count);
        booking.setAbsolute(true);
        StockRecord record = new StockRecord();
        record.setMandatorId(1);
        record.setInternalItemNumber(sku);
        record.setStockItems(new StockBooking[] {booking});
        UpdateStockCountRequest request = new UpdateStockCountRequest();
        request.setItems(new StockRecord[] {record});
        return kontor.updateStockCount(request).getReports()[0].getReturnCode();
    }

    static NumberFilter is(int number) {
        NumberFilter filter = new NumberFilter();
        filter.setValue(number);
        return filter;
    }

    static ItemRecord[] fetchArticles(KontorPortType kontor, String... skus) throws Exception {
        TextFilter numbers = new TextFilter();
        numbers.setValues(skus);
        ItemFilterRecord filter = new ItemFilterRecord();
        filter.setMandatorId(is(1));
        filter.setInternalItemNumber(numbers);
        FetchItemsRequest request = new FetchItemsRequest();
        request.setFilters(new ItemFilterRecord[] {filter});
        request.setItemsPerPage(100);
        request.setPage(1);
        request.setImagesAsBase64(true);
        ItemRecord[] items = kontor.fetchItems(request).getItems();
        return items == null ? new ItemRecord[0] : items;
    }
    // end

    // guide: order
    static OrderRecord fetchOrder(KontorPortType kontor, String number) throws Exception {
        SyncPlatformOrdersRequest sync = new SyncPlatformOrdersRequest();
        sync.setAccountIds(new int[] {1000});
        sync.setProcessSynchronous(true);
        kontor.syncPlatformOrders(sync);
        TextFilter numbers = new TextFilter();
        numbers.setValue(number);
        OrderFilter filter = new OrderFilter();
        filter.setMandatorId(is(1));
        filter.setMarketplaceOrderId(numbers);
        FetchOrdersRequest request = new FetchOrdersRequest();
        request.setFilters(new OrderFilter[] {filter});
        request.setOrdersPerPage(50);
        request.setPage(1);
        return kontor.fetchOrders(request).getOrders()[0];
    }

    static int sendShipped(KontorPortType kontor, int orderId, String tracking) throws Exception {
        OrderPacket parcel = new OrderPacket();
        parcel.setTrackingNumber(tracking);
        parcel.setShippingProviderIdentifier("DHL");
        OrderStatusUpdate order = new OrderStatusUpdate();
        order.setSignificantKey(OrderSignificantKey.ORDER_ID);
        order.setMandatorId(1);
        order.setOrderId(orderId);
        order.setStatus(OrderEvent.SHIPPED);
        order.setShippingInformations(new OrderPacket[] {parcel});
        UpdateOrderStatusRequest request = new UpdateOrderStatusRequest();
        request.setOrders(new OrderStatusUpdate[] {order});
        return kontor.updateOrderStatus(request).getReports()[0].getReturnCode();
    }
    // end

    static void check(String what, boolean right, Object... seen) {
        String text = right ? what + ": ok" : what + ": FAILED: " + Arrays.toString(seen);
        System.out.println(text.substring(0, Math.min(text.length(), 300)).replace('\n', ' '));
    }

    public static void main(String[] arguments) throws Exception {
        KontorPortType kontor = connect(env("USER"), env("PASSWORD"));
        EchoRequest echo = new EchoRequest();
        echo.setText(NAME);
        String echoed = kontor.echo(echo).getText();
        check("connect", NAME.equals(echoed), echoed);

        ImageModule image = new ImageModule();
        image.setImageModuleTypeId(1);
        image.setImageBase64(IMAGE);
        TextModuleBundle bundle = new TextModuleBundle();
        bundle.setItem(new TextModule[] {text(15, env("TEXT")), text(16, env("LONG"))});
        ImageModuleBundle images = new ImageModuleBundle();
        images.setItem(new ImageModule[] {image});
        ItemRecord article = article(SKU, 3);
        article.setListPrice(new BigDecimal("1234567.8901"));
        article.setTextModules(bundle);
        article.setImageModules(images);
        ItemReport[] one = sendArticles(kontor, article);
        check("one", one.length == 1 && one[0].getReturnCode() == 0 && SKU.equals(one[0].getItem().getInternalItemNumber()),
            one[0].getErrorDescription());
        ItemRecord found = fetchArticles(kontor, SKU)[0];
        List<String> texts = new ArrayList<String>(Arrays.asList(found.getIdentifier()));
        for (TextModule module : found.getTextModules().getItem()) texts.add(module.getTranslations()[0].getText());
        check("texts", texts.equals(Arrays.asList(NAME, env("TEXT"), env("LONG"))), texts);
        check("amounts", found.getListPrice().toPlainString().equals("1234567.8901"), found.getListPrice());
        check("image", Arrays.equals(found.getImageModules().getItem()[0].getImageBase64(), IMAGE));
        check("zero", sendArticles(kontor).length == 0 && fetchArticles(kontor, SKU + "-none").length == 0);

        String[] skus = new String[25];
        ItemRecord[] articles = new ItemRecord[25];
        for (int n = 0; n < 25; n++) articles[n] = article(skus[n] = String.format("%s-%02d", SKU, n), 3);
        List<String> many = new ArrayList<String>(), back = new ArrayList<String>();
        for (ItemReport report : sendArticles(kontor, articles)) many.add(report.getReferenceId());
        for (ItemRecord item : fetchArticles(kontor, skus)) back.add(item.getInternalItemNumber());
        back.sort(null);
        check("many", many.equals(Arrays.asList(skus)) && back.equals(Arrays.asList(skus)), many);
        ItemReport[] mixed = sendArticles(kontor, article(SKU + "-a", 3), article(SKU + "-b", 99), article(SKU + "-c", 3));
        check("bad record", mixed.length == 3 && mixed[0].getReturnCode() == 0 && mixed[1].getReturnCode() < 0 && mixed[2].getReturnCode() == 0
            && mixed[1].getErrorDescription() != null, mixed.length);
        int price = sendPrice(kontor, SKU, new BigDecimal("12.34")), stock = sendStock(kontor, SKU, 12);
        check("price and stock", price == 0 && stock == 0, price, stock);

        try {
            sendArticles(connect(env("READER"), env("PASSWORD")), article(SKU, 3));
            check("fault", false, "a user who may only read has written");
        } catch (FaultInfo fault) { // an AxisFault of its own
            String code = fault.getErrorCode();
            check("fault", code.startsWith("KONTOR-") && fault.getFaultString().contains(code), fault.getFaultString());
        }

        OrderRecord order = fetchOrder(kontor, env("ORDER"));
        List<String> positions = new ArrayList<String>();
        for (OrderItem line : order.getOrderItems()) positions.add(line.getInternalItemNumber() + ":" + line.getQuantity() + ":" + line.getPrice());
        int shipped = sendShipped(kontor, order.getOrderId(), env("TRACKING"));
        check("order", positions.equals(Arrays.asList(env("ORDER_ITEM") + "-1:1:9.90", env("ORDER_ITEM") + "-2:2:9.90")) && shipped == 0, positions, shipped);

        try {
            connect(env("USER"), "wrong").echo(new EchoRequest());
            check("password", false, "it was accepted");
        } catch (AxisFault fault) {
            check("password", fault.toString().contains("401") || fault.getFaultString().contains("KONTOR-1001"), fault.getFaultString());
        }
    }
}
