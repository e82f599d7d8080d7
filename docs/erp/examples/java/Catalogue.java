// A catalogue into Kontor, its orders back.   java Catalogue load FOLDER | java Catalogue orders

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.handler.MessageContext;
import kontor.*;

public class Catalogue {
    static final int MANDATOR = 1, ACCOUNT = 1000, DESCRIPTION = 15;
    static final Path ERP = Path.of("erp"); // in place of the ERP's database: cursors and orders
    static final Set<String> DAMAGED = Set.of("SHIRT-L"); // what the warehouse cannot deliver
    static KontorPortType kontor;

    static String env(String name, String otherwise) {
        return System.getenv().getOrDefault("KONTOR_" + name, otherwise);
    }

    // guide: call
    static KontorPortType connect() throws Exception {
        // The JDK would repeat a POST without telling: harmless with a key, but the program should know.
        System.setProperty("sun.net.http.retryPost", "false");
        String url = env("URL", "http://127.0.0.1:8080");
        KontorPortType port = new KontorService(new URL(url + "/ws/v1?wsdl")).getKontorPort();
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.USERNAME_PROPERTY, env("USER", "erp"));
        context.put(BindingProvider.PASSWORD_PROPERTY, env("PASSWORD", "example"));
        context.put("com.sun.xml.ws.connect.timeout", 30000);
        context.put("com.sun.xml.ws.request.timeout", 60000);
        return port;
    }

    interface Call<T> {
        T send() throws GatewayFaultMessage;
    }

    static <T> T call(Call<T> call) throws Exception {
        return call(UUID.randomUUID().toString(), call);
    }

    /** Sends one document. If no answer comes, sends the same one with the same key: Kontor books it once. */
    static <T> T call(String key, Call<T> call) throws Exception {
        Map<String, List<String>> headers = Map.of("Idempotency-Key", List.of(key));
        ((BindingProvider) kontor).getRequestContext().put(MessageContext.HTTP_REQUEST_HEADERS, headers);
        for (int attempt = 1; ; attempt++) {
            try {
                return call.send();
            } catch (GatewayFaultMessage fault) { // the whole call was refused
                boolean later = fault.getFaultInfo().getErrorCode().startsWith("KONTOR-9"); // not the client's doing
                if (!later || attempt == 3) throw fault;
            } catch (WebServiceException error) {
                boolean unanswered = error.getCause() instanceof IOException; // nobody knows whether it was booked
                boolean busy = String.valueOf(error.getMessage()).contains("503"); // JAX-WS does not read this fault
                if (!(unanswered || busy) || attempt == 3) throw error;
            }
            Thread.sleep(attempt * 1000L);
        }
    }

    /** Whether Kontor took the record. Correct a refused record; do not repeat it. */
    static boolean good(String operation, int returnCode, String errorDescription) {
        if (returnCode < 0) System.out.printf("refused: %s: %s (%d)%n", operation, errorDescription, returnCode);
        return returnCode >= 0;
    }

    static void check(String operation, FetchReport report) {
        if (report.getReturnCode() < 0) throw new IllegalStateException(operation + ": " + report.getErrorDescription());
    }

    static void warn(StringList warnings) {
        if (warnings != null) warnings.getItem().forEach(warning -> System.out.println("warning: " + warning));
    }
    // end

    /** The rows of a CSV file, by the names in its first line. */
    static List<Map<String, String>> rows(Path file) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        String[] names = lines.get(0).split(";");
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split(";", -1);
            Map<String, String> row = new HashMap<>();
            for (int n = 0; n < names.length; n++) row.put(names[n], values[n].isEmpty() ? null : values[n]);
            rows.add(row);
        }
        return rows;
    }

    static void loadCategories(List<Map<String, String>> rows) throws Exception {
        UpdateCategoriesRequest request = new UpdateCategoriesRequest();
        request.setCategories(new CategoryRecordList());
        for (Map<String, String> row : rows) {
            CategoryRecord category = new CategoryRecord();
            category.setSignificantKey(CategoryKey.EXTERNAL_ID);
            category.setMandatorId(MANDATOR);
            category.setExternalId(row.get("number"));
            category.setExternalParentId(row.get("parent"));
            category.setIdentifier(row.get("name"));
            request.getCategories().getItem().add(category);
        }
        UpdateCategoriesResult result = call(() -> kontor.updateCategories(request));
        warn(result.getWarnings());
        result.getReports().getItem().forEach(one -> good("updateCategories", one.getReturnCode(), one.getErrorDescription()));
    }

    // guide: article
    static ItemRecord article(Map<String, String> row, Path pictures) throws IOException {
        ItemRecord article = new ItemRecord();
        article.setSignificantKey(ItemKey.INTERNAL_ITEM_NUMBER);
        article.setMandatorId(MANDATOR);
        article.setInternalItemNumber(row.get("sku"));
        article.setIdentifier(row.get("name"));
        article.setTaxTypeId(Integer.valueOf(row.get("tax")));
        article.setEanCode(row.get("ean"));
        article.setExternalCategoryId(row.get("category")); // a variant without one has its parent's
        Translation text = new Translation();
        text.setLanguageCodeIso("en");
        text.setText(row.get("name") + ", made to last.");
        TextModule module = new TextModule();
        module.setTextModuleType(DESCRIPTION);
        module.setTranslations(new TranslationList());
        module.getTranslations().getItem().add(text);
        article.setTextModules(new TextModuleBundle());
        article.getTextModules().getItem().add(module);
        if (row.get("picture") != null) {
            ImageModule picture = new ImageModule();
            picture.setImageModuleTypeId(1);
            picture.setImageBase64(Files.readAllBytes(pictures.resolve(row.get("picture"))));
            article.setImageModules(new ImageModuleBundle());
            article.getImageModules().getItem().add(picture);
        }
        if (row.get("parent") != null) { // an article of its own, earlier in the file
            article.setVariant(new VariantRecord());
            article.getVariant().setExternalVariantParentId(row.get("parent"));
            article.getVariant().setAttributes(new VariantAttributeList());
            for (String name : List.of("Colour", "Size")) {
                if (row.get(name.toLowerCase()) == null) continue;
                VariantAttribute attribute = new VariantAttribute();
                attribute.setProperty(named(name));
                attribute.setValue(named(row.get(name.toLowerCase())));
                article.getVariant().getAttributes().getItem().add(attribute);
            }
        }
        return article;
    }

    static NamedValue named(String identifier) {
        NamedValue value = new NamedValue();
        value.setIdentifier(identifier);
        return value;
    }
    // end

    static Set<String> loadArticles(List<Map<String, String>> rows, Path pictures) throws Exception {
        UpdateItemsRequest request = new UpdateItemsRequest();
        request.setItems(new ItemRecordList());
        for (Map<String, String> row : rows) request.getItems().getItem().add(article(row, pictures));
        UpdateItemsResult result = call(() -> kontor.updateItems(request));
        warn(result.getWarnings());
        return result.getReports().getItem().stream()
            .filter(one -> good("updateItems", one.getReturnCode(), one.getErrorDescription()))
            .map(one -> one.getItem().getInternalItemNumber()).collect(Collectors.toSet());
    }

    // guide: prices
    static PricelistRecord pricelist(String name, List<Map<String, String>> rows, String column) {
        Validity validity = new Validity();
        validity.setPrices(new PriceEntryList());
        for (Map<String, String> row : rows) {
            if (row.get(column) == null) continue;
            PriceEntry entry = new PriceEntry();
            entry.setItemNr(row.get("sku"));
            entry.setPrice(new BigDecimal(row.get(column)));
            validity.getPrices().getItem().add(entry);
        }
        PricelistRecord list = new PricelistRecord();
        list.setSignificantKey(PricelistKey.IDENTIFIER);
        list.setMandatorId(MANDATOR);
        list.setIdentifier(name);
        list.setFullImport(true); // these prices replace the stored ones
        list.setIsoCurrency("EUR");
        list.setRoundingId(1);
        list.setGross(true);
        list.setValidities(new ValidityList());
        list.getValidities().getItem().add(validity);
        return list;
    }
    // end

    static void loadPrices(PricelistRecord... lists) throws Exception {
        UpdatePricelistRequest request = new UpdatePricelistRequest();
        request.setPricelists(new PricelistRecordList());
        request.getPricelists().getItem().addAll(List.of(lists));
        UpdatePricelistResult result = call(() -> kontor.updatePricelist(request));
        warn(result.getWarnings());
        result.getReports().getItem().forEach(one -> good("updatePricelist", one.getReturnCode(), one.getErrorDescription()));
    }

    static void loadStock(List<Map<String, String>> rows) throws Exception {
        UpdateStockCountRequest request = new UpdateStockCountRequest();
        request.setItems(new StockRecordList());
        for (Map<String, String> row : rows) {
            StockBooking booking = new StockBooking();
            booking.setMandatorId(MANDATOR);
            booking.setWarehouseCode("standard");
            booking.setStockCount(Integer.parseInt(row.get("stock")));
            booking.setAbsolute(true);
            StockRecord record = new StockRecord();
            record.setSignificantKey(StockItemKey.INTERNAL_ITEM_NUMBER);
            record.setMandatorId(MANDATOR);
            record.setInternalItemNumber(row.get("sku"));
            record.setStockItems(new StockBookingList());
            record.getStockItems().getItem().add(booking);
            request.getItems().getItem().add(record);
        }
        UpdateStockCountResult result = call(() -> kontor.updateStockCount(request));
        warn(result.getWarnings());
        result.getReports().getItem().forEach(one -> good("updateStockCount", one.getReturnCode(), one.getErrorDescription()));
    }

    // guide: offers
    static List<Integer> list(List<Map<String, String>> rows) throws Exception {
        PrepareOffersRequest prepare = new PrepareOffersRequest();
        prepare.setOffers(new PrepareOfferRecordList());
        for (Map<String, String> row : rows) {
            PrepareOfferRecord offer = new PrepareOfferRecord();
            offer.setReferenceId(row.get("sku"));
            offer.setMandatorId(MANDATOR);
            offer.setAccountId(ACCOUNT);
            offer.setInternalItemNumber(row.get("sku"));
            prepare.getOffers().getItem().add(offer);
        }
        UploadOffersRequest upload = new UploadOffersRequest();
        upload.setOfferIds(new IntList());
        upload.setProcessSynchronous(true);
        for (PrepareOfferReport one : call(() -> kontor.prepareOffers(prepare)).getReports().getItem()) {
            if (!good("prepareOffers", one.getReturnCode(), one.getErrorDescription())) continue;
            upload.getOfferIds().getItem().add(one.getOffer().getOfferId());
            if (one.getOffer().getMissingValues() == null) continue;
            for (MissingValue value : one.getOffer().getMissingValues().getItem()) {
                System.out.printf("incomplete: %s %s: %s; %s%n", one.getReferenceId(), value.getName(), value.getReason(), value.getRemedy());
            }
        }
        OfferIdsReportList reports = call(() -> kontor.uploadOffers(upload)).getReports();
        if (reports != null) reports.getItem().forEach(one -> good("uploadOffers", one.getReturnCode(), one.getErrorDescription()));
        return upload.getOfferIds().getItem();
    }
    // end

    // guide: changes
    /** What the cursor of an operation is kept in; it is written when the page that came with it has been booked. */
    static Path cursor(String operation) {
        return ERP.resolve(operation + ".cursor");
    }

    static String since(String operation) throws IOException {
        return Files.exists(cursor(operation)) ? Files.readString(cursor(operation)) : "";
    }

    static NumberFilter mine() {
        NumberFilter filter = new NumberFilter();
        filter.setValue(MANDATOR);
        return filter;
    }

    static void readMessages() throws Exception {
        MessageFilterRecord filter = new MessageFilterRecord();
        filter.setMandatorId(mine());
        FetchUploadMessagesRequest request = new FetchUploadMessagesRequest();
        request.setFilters(new MessageFilterRecordList());
        request.getFilters().getItem().add(filter);
        while (true) {
            request.setChangedSince(since("fetchUploadMessages"));
            FetchUploadMessagesResult result = call(() -> kontor.fetchUploadMessages(request));
            check("fetchUploadMessages", result.getReport());
            List<UploadMessage> page = result.getMessages() == null ? List.of() : result.getMessages().getItem();
            for (UploadMessage one : page) {
                System.out.printf("message: %s %s, offer %s: %s; %s%n", one.getSeverity(), one.getCode(), one.getOfferId(), one.getText(), one.getRemedy());
            }
            Files.writeString(cursor("fetchUploadMessages"), result.getNextChangedSince());
            if (page.isEmpty()) return;
        }
    }
    // end

    static void readOrders() throws Exception {
        OrderFilter filter = new OrderFilter();
        filter.setMandatorId(mine()); // not the status: an order that leaves a filter is missed
        FetchOrdersRequest request = new FetchOrdersRequest();
        request.setFilters(new OrderFilterList());
        request.getFilters().getItem().add(filter);
        request.setOrdersPerPage(100);
        while (true) {
            request.setChangedSince(since("fetchOrders"));
            FetchOrdersResult result = call(() -> kontor.fetchOrders(request));
            check("fetchOrders", result.getReport());
            List<OrderRecord> page = result.getOrders() == null ? List.of() : result.getOrders().getItem();
            for (OrderRecord order : page) process(order);
            Files.writeString(cursor("fetchOrders"), result.getNextChangedSince());
            if (page.isEmpty()) return;
        }
    }

    // guide: orders
    static OrderStatusUpdate update(OrderRecord order, OrderEvent status) {
        OrderStatusUpdate update = new OrderStatusUpdate();
        update.setSignificantKey(OrderSignificantKey.ORDER_ID);
        update.setMandatorId(MANDATOR);
        update.setOrderId(order.getOrderId());
        update.setStatus(status);
        return update;
    }

    static void send(OrderStatusUpdate update, String key) throws Exception {
        UpdateOrderStatusRequest request = new UpdateOrderStatusRequest();
        request.setOrders(new OrderStatusUpdateList());
        request.getOrders().getItem().add(update);
        UpdateOrderStatusResult result = call(key, () -> kontor.updateOrderStatus(request));
        warn(result.getWarnings());
        result.getReports().getItem().forEach(one -> good("updateOrderStatus", one.getReturnCode(), one.getErrorDescription()));
    }

    static OrderContent content(int orderItemId, int quantity) {
        OrderContent content = new OrderContent();
        content.setOrderItemId(orderItemId);
        content.setQuantity(quantity);
        return content;
    }

    /** The same parcel with the same contents is a repeat, so a crash between two parcels does no harm. */
    static void ship(OrderRecord order, int number, List<OrderContent> contents) throws Exception {
        OrderPacket parcel = new OrderPacket();
        parcel.setExternalPacketNumber("LS-" + order.getOrderNumber() + "-" + number);
        parcel.setTrackingNumber("TRACK-" + order.getOrderNumber() + "-" + number);
        parcel.setShippingProviderIdentifier("DHL");
        parcel.setContents(new OrderContentList());
        for (OrderContent content : contents) if (content.getQuantity() > 0) parcel.getContents().getItem().add(content);
        OrderStatusUpdate update = update(order, OrderEvent.SHIPPED);
        update.setShippingInformations(new OrderPacketList());
        update.getShippingInformations().getItem().add(parcel);
        send(update, UUID.randomUUID().toString());
    }

    static void process(OrderRecord order) throws Exception {
        List<OrderItem> lines = order.getOrderItems().getItem();
        String text = lines.stream().map(line -> line.getInternalItemNumber() + ";" + line.getQuantity() + ";" + line.getPrice() + "\n")
            .collect(Collectors.joining());
        Files.writeString(ERP.resolve("order-" + order.getOrderId() + ".csv"), text); // insert or update: an order that changes comes again
        if (order.getExportDate() == null) send(update(order, OrderEvent.FETCHED), UUID.randomUUID().toString());
        boolean paid = order.getWorkflow() != OrderWorkflow.PREPAYMENT || order.getPaymentStatusIdentifier() == PaymentStatus.PAID;
        if (!paid || lines.stream().allMatch(line -> line.getOpenQuantity() == 0)) return;
        List<OrderContent> contents = new ArrayList<>();
        for (OrderItem line : lines) {
            int pieces = line.getQuantity() - line.getCancelledQuantity();
            if (!DAMAGED.contains(line.getInternalItemNumber())) {
                if (pieces > 0) contents.add(content(line.getOrderItemId(), pieces));
            } else if (line.getOpenQuantity() > 0) {
                OrderItemCancellation cancellation = new OrderItemCancellation();
                cancellation.setOrderItemId(line.getOrderItemId());
                cancellation.setQuantity(line.getOpenQuantity());
                OrderStatusUpdate update = update(order, OrderEvent.CANCELED);
                update.setOrderItems(new OrderItemCancellationList());
                update.getOrderItems().getItem().add(cancellation);
                // Nothing in the document tells a repeat from a second cancellation, so the key must survive a crash.
                send(update, "cancel-" + order.getOrderId() + "-" + line.getOrderItemId() + "-" + line.getCancelledQuantity());
            }
        }
        if (contents.stream().mapToInt(OrderContent::getQuantity).sum() > 1) { // one piece today, the others tomorrow
            OrderContent first = contents.get(0);
            ship(order, 1, List.of(content(first.getOrderItemId(), 1)));
            first.setQuantity(first.getQuantity() - 1);
            ship(order, 2, contents);
        } else if (!contents.isEmpty()) {
            ship(order, 1, contents);
        }
        System.out.println("processed: " + order.getMarketplaceOrderId());
    }
    // end

    static void load(Path folder) throws Exception {
        loadCategories(rows(folder.resolve("categories.csv")));
        List<Map<String, String>> articles = rows(folder.resolve("articles.csv"));
        Set<String> stored = loadArticles(articles, folder.resolve("pictures"));
        articles.removeIf(row -> !stored.contains(row.get("sku")) || row.get("price") == null); // the parents have no price
        loadPrices(pricelist("default", articles, "price"), pricelist("sale", articles, "sale"));
        loadStock(articles);
        List<Integer> offers = list(articles);
        readMessages();
        System.out.printf("loaded: %d articles, %d offers%n", stored.size(), offers.size());
    }

    public static void main(String[] arguments) throws Exception {
        Files.createDirectories(ERP);
        kontor = connect();
        if (arguments[0].equals("load")) load(Path.of(arguments[1]));
        else readOrders();
    }
}
