// The script of run.py with classes that `wsimport` made (package kontor).

import java.math.BigDecimal;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.soap.MTOMFeature;
import kontor.*;

public class Jaxws {
    static String env(String name) { return System.getenv("KONTOR_" + name); }
    static final String SKU = env("SKU"), NAME = env("NAME");
    static final byte[] IMAGE = Base64.getDecoder().decode(env("IMAGE"));

    // guide: connect
    static KontorPortType connect(String user, String password) throws Exception {
        KontorPortType kontor = new KontorService(new URL(env("URL") + "/ws/v1?wsdl")).getKontorPort(); // reads the WSDL again
        Map<String, Object> context = ((BindingProvider) kontor).getRequestContext();
        context.put(BindingProvider.USERNAME_PROPERTY, user);
        context.put(BindingProvider.PASSWORD_PROPERTY, password);
        context.put("com.sun.xml.ws.connect.timeout", 30000);
        context.put("com.sun.xml.ws.request.timeout", 60000);
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
        module.setTranslations(new TranslationList());
        module.getTranslations().getItem().add(translation); // lists have a getter only
        return module;
    }

    static List<ItemReport> sendArticles(KontorPortType kontor, ItemRecord... articles) throws GatewayFaultMessage {
        UpdateItemsRequest request = new UpdateItemsRequest();
        request.setItems(new ItemRecordList());
        request.getItems().getItem().addAll(Arrays.asList(articles));
        ItemReportList reports = kontor.updateItems(request).getReports();
        return reports == null ? List.of() : reports.getItem();
    }

    static int sendPrice(KontorPortType kontor, String sku, BigDecimal price) throws GatewayFaultMessage {
        PriceEntry entry = new PriceEntry();
        entry.setItemNr(sku);
        entry.setPrice(price);
        Validity validity = new Validity();
        validity.setPrices(new PriceEntryList());
        validity.getPrices().getItem().add(entry);
        PricelistRecord list = new PricelistRecord();
        list.setSignificantKey(PricelistKey.IDENTIFIER);
        list.setMandatorId(1);
        list.setIdentifier("default");
        list.setValidities(new ValidityList());
        list.getValidities().getItem().add(validity);
        UpdatePricelistRequest request = new UpdatePricelistRequest();
        request.setPricelists(new PricelistRecordList());
        request.getPricelists().getItem().add(list);
        return kontor.updatePricelist(request).getReports().getItem().get(0).getReturnCode();
    }

    static int sendStock(KontorPortType kontor, String sku, int count) throws GatewayFaultMessage {
        StockBooking booking = new StockBooking();
        booking.setMandatorId(1);
        booking.setWarehouseCode("standard");
        booking.setStockCount(count);
        booking.setAbsolute(true);
        StockRecord record = new StockRecord();
        record.setMandatorId(1);
        record.setInternalItemNumber(sku);
        record.setStockItems(new StockBookingList());
        record.getStockItems().getItem().add(booking);
        UpdateStockCountRequest request = new UpdateStockCountRequest();
        request.setItems(new StockRecordList());
        request.getItems().getItem().add(record);
        return kontor.updateStockCount(request).getReports().getItem().get(0).getReturnCode();
    }

    static NumberFilter is(int number) {
        NumberFilter filter = new NumberFilter();
        filter.setValue(number);
        return filter;
    }

    static List<ItemRecord> fetchArticles(KontorPortType kontor, String... skus) throws GatewayFaultMessage {
        ItemFilterRecord filter = new ItemFilterRecord();
        filter.setMandatorId(is(1));
        filter.setInternalItemNumber(new TextFilter());
        filter.getInternalItemNumber().setValues(new StringList());
        filter.getInternalItemNumber().getValues().getItem().addAll(Arrays.asList(skus));
        FetchItemsRequest request = new FetchItemsRequest();
        request.setFilters(new ItemFilterRecordList());
        request.getFilters().getItem().add(filter);
        request.setItemsPerPage(100);
        request.setPage(1);
        request.setImagesAsBase64(true);
        ItemRecordList items = kontor.fetchItems(request).getItems();
        return items == null ? List.of() : items.getItem();
    }
    // end

    // guide: order
    static OrderRecord fetchOrder(KontorPortType kontor, String number) throws GatewayFaultMessage {
        SyncPlatformOrdersRequest sync = new SyncPlatformOrdersRequest();
        sync.setAccountIds(new IntList());
        sync.getAccountIds().getItem().add(1000);
        sync.setProcessSynchronous(true);
        kontor.syncPlatformOrders(sync);
        OrderFilter filter = new OrderFilter();
        filter.setMandatorId(is(1));
        filter.setMarketplaceOrderId(new TextFilter());
        filter.getMarketplaceOrderId().setValue(number);
        FetchOrdersRequest request = new FetchOrdersRequest();
        request.setFilters(new OrderFilterList());
        request.getFilters().getItem().add(filter);
        request.setOrdersPerPage(50);
        request.setPage(1);
        return kontor.fetchOrders(request).getOrders().getItem().get(0);
    }

    static int sendShipped(KontorPortType kontor, int orderId, String tracking) throws GatewayFaultMessage {
        OrderPacket parcel = new OrderPacket();
        parcel.setTrackingNumber(tracking);
        parcel.setShippingProviderIdentifier("DHL");
        OrderStatusUpdate order = new OrderStatusUpdate();
        order.setSignificantKey(OrderSignificantKey.ORDER_ID);
        order.setMandatorId(1);
        order.setOrderId(orderId);
        order.setStatus(OrderEvent.SHIPPED);
        order.setShippingInformations(new OrderPacketList());
        order.getShippingInformations().getItem().add(parcel);
        UpdateOrderStatusRequest request = new UpdateOrderStatusRequest();
        request.setOrders(new OrderStatusUpdateList());
        request.getOrders().getItem().add(order);
        return kontor.updateOrderStatus(request).getReports().getItem().get(0).getReturnCode();
    }
    // end

    static void check(String what, boolean right, Object... seen) {
        String text = right ? what + ": ok" : what + ": FAILED: " + Arrays.toString(seen);
        System.out.println(text.substring(0, Math.min(text.length(), 300)).replace('\n', ' '));
    }

    /** The same image as an attachment, to an article of its own; every call is multipart then, with binary data or without. */
    static boolean imageByMtom(ImageModule image) throws Exception {
        KontorPortType kontor = new KontorService(new URL(env("URL") + "/ws/v1?wsdl")).getKontorPort(new MTOMFeature());
        Map<String, Object> context = ((BindingProvider) kontor).getRequestContext();
        context.put(BindingProvider.USERNAME_PROPERTY, env("USER"));
        context.put(BindingProvider.PASSWORD_PROPERTY, env("PASSWORD"));
        ItemRecord article = article(SKU + "-mtom", 3);
        article.setImageModules(new ImageModuleBundle());
        article.getImageModules().getItem().add(image);
        List<ItemReport> reports = sendArticles(kontor, article);
        byte[] found = fetchArticles(kontor, SKU + "-mtom").get(0).getImageModules().getItem().get(0).getImageBase64();
        return reports.get(0).getReturnCode() == 0 && Arrays.equals(found, IMAGE);
    }

    public static void main(String[] arguments) throws Exception {
        KontorPortType kontor = connect(env("USER"), env("PASSWORD"));
        EchoRequest echo = new EchoRequest();
        echo.setText(NAME);
        String echoed = kontor.echo(echo).getText();
        check("connect", NAME.equals(echoed), echoed);

        ItemRecord article = article(SKU, 3);
        article.setListPrice(new BigDecimal("1234567.8901"));
        article.setTextModules(new TextModuleBundle());
        article.getTextModules().getItem().addAll(List.of(text(15, env("TEXT")), text(16, env("LONG"))));
        ImageModule image = new ImageModule();
        image.setImageModuleTypeId(1);
        image.setImageBase64(IMAGE);
        article.setImageModules(new ImageModuleBundle());
        article.getImageModules().getItem().add(image);
        List<ItemReport> one = sendArticles(kontor, article);
        check("one", one.size() == 1 && one.get(0).getReturnCode() == 0 && SKU.equals(one.get(0).getItem().getInternalItemNumber()),
            one.get(0).getErrorDescription());
        ItemRecord found = fetchArticles(kontor, SKU).get(0);
        List<String> texts = new ArrayList<>(List.of(found.getIdentifier()));
        for (TextModule module : found.getTextModules().getItem()) texts.add(module.getTranslations().getItem().get(0).getText());
        check("texts", texts.equals(List.of(NAME, env("TEXT"), env("LONG"))), texts);
        check("amounts", found.getListPrice().toPlainString().equals("1234567.8901"), found.getListPrice());
        check("image", Arrays.equals(found.getImageModules().getItem().get(0).getImageBase64(), IMAGE) && imageByMtom(image));
        check("zero", sendArticles(kontor).isEmpty() && fetchArticles(kontor, SKU + "-none").isEmpty());

        List<String> skus = new ArrayList<>(), many = new ArrayList<>(), back = new ArrayList<>();
        for (int n = 0; n < 25; n++) skus.add(String.format("%s-%02d", SKU, n));
        ItemRecord[] articles = skus.stream().map(sku -> article(sku, 3)).toArray(ItemRecord[]::new);
        for (ItemReport report : sendArticles(kontor, articles)) many.add(report.getReferenceId());
        for (ItemRecord item : fetchArticles(kontor, skus.toArray(new String[0]))) back.add(item.getInternalItemNumber());
        back.sort(null);
        check("many", many.equals(skus) && back.equals(skus), many);
        List<Boolean> mixed = new ArrayList<>();
        String why = "";
        for (ItemReport report : sendArticles(kontor, article(SKU + "-a", 3), article(SKU + "-b", 99), article(SKU + "-c", 3))) {
            mixed.add(report.getReturnCode() == 0);
            if (report.getErrorDescription() != null) why = report.getErrorDescription();
        }
        check("bad record", mixed.equals(List.of(true, false, true)) && !why.isEmpty(), mixed);
        int price = sendPrice(kontor, SKU, new BigDecimal("12.34")), stock = sendStock(kontor, SKU, 12);
        check("price and stock", price == 0 && stock == 0, price, stock);

        try {
            sendArticles(connect(env("READER"), env("PASSWORD")), article(SKU, 3));
            check("fault", false, "a user who may only read has written");
        } catch (GatewayFaultMessage fault) {
            String code = fault.getFaultInfo().getErrorCode();
            check("fault", fault.getMessage().contains(code) && code.startsWith("KONTOR-"), fault);
        }

        OrderRecord order = fetchOrder(kontor, env("ORDER"));
        List<String> positions = new ArrayList<>();
        for (OrderItem line : order.getOrderItems().getItem()) positions.add(line.getInternalItemNumber() + ":" + line.getQuantity() + ":" + line.getPrice());
        int shipped = sendShipped(kontor, order.getOrderId(), env("TRACKING"));
        check("order", positions.equals(List.of(env("ORDER_ITEM") + "-1:1:9.90", env("ORDER_ITEM") + "-2:2:9.90")) && shipped == 0, positions, shipped);

        try {
            connect(env("USER"), "wrong").echo(new EchoRequest());
            check("password", false, "it was accepted");
        } catch (GatewayFaultMessage fault) {
            check("password", fault.getMessage().contains("KONTOR-1001"), fault);
        } catch (WebServiceException error) {
            check("password", error.getMessage().contains("401"), error);
        }
    }
}
