// The script of run.py with gSOAP: `wsdl2h` and `soapcpp2 -j` made the classes.

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iostream>
#include "KontorBinding.nsmap"
#include "soapKontorBindingProxy.h"

using std::string;
using std::vector;

static string env(const char *name) { return std::getenv((string("KONTOR_") + name).c_str()); }
static const string SKU = env("SKU"), NAME = env("NAME");

// guide: connect
// Optional members are pointers; these keep what they point to.
template <class T> T *keep(const T &value)
{
    static std::deque<T> kept;
    kept.push_back(value);
    return &kept.back();
}
static string *keep(const char *text) { return keep(string(text)); }

struct Kontor : KontorBindingProxy {
    string endpoint = env("URL") + "/ws/v1", user, password;

    Kontor(const string &user, const string &password) : user(user), password(password)
    {
        soap_set_mode(soap, SOAP_C_UTFSTRING); // texts are UTF-8
        soap_endpoint = endpoint.c_str();
        soap->connect_timeout = 30;
        soap->recv_timeout = 60;
    }

    // gSOAP forgets the credentials after each call.
    KontorBindingProxy &login()
    {
        soap->userid = user.c_str();
        soap->passwd = password.c_str();
        return *this;
    }
};

// Each call returns SOAP_OK or leaves a fault in the context.
static void need(Kontor &kontor, int code)
{
    if (code == SOAP_OK) return;
    kontor.soap_stream_fault(std::cout);
    std::exit(1);
}
// end

// guide: article
static ns1__ItemRecord *article(const string &sku, int tax_type = 3)
{
    ns1__ItemRecord article;
    article.significantKey = keep(ns1__ItemKey__INTERNAL_USCOREITEM_USCORENUMBER);
    article.referenceId = keep(sku);
    article.mandatorId = 1;
    article.internalItemNumber = keep(sku);
    article.identifier = keep(NAME);
    article.taxTypeId = keep(tax_type);
    return keep(article);
}

static ns1__TextModule *text(int type, const string &content)
{
    ns1__Translation translation;
    translation.languageCodeIso = "de";
    translation.text = keep(content);
    ns1__TranslationList translations;
    translations.item = {keep(translation)};
    ns1__TextModule module;
    module.textModuleType = type;
    module.translations = keep(translations);
    return keep(module);
}

static int update_items(Kontor &kontor, const vector<ns1__ItemRecord *> &articles, _ns1__updateItemsResponse &response)
{
    ns1__ItemRecordList items;
    items.item = articles;
    ns1__UpdateItemsRequest request;
    request.items = &items;
    _ns1__updateItems call;
    call.request = &request;
    return kontor.login().updateItems(&call, &response);
}

static vector<ns1__ItemReport *> send_articles(Kontor &kontor, const vector<ns1__ItemRecord *> &articles)
{
    _ns1__updateItemsResponse response;
    need(kontor, update_items(kontor, articles, response));
    return response.result->reports ? response.result->reports->item : vector<ns1__ItemReport *>();
}

static int send_price(Kontor &kontor, const string &sku, const string &price)
{
    ns1__PriceEntry entry;
    entry.itemNr = sku;
    entry.price = price;
    ns1__PriceEntryList prices;
    prices.item = {&entry};
    ns1__Validity validity;
    validity.prices = &prices;
    ns1__ValidityList validities;
    validities.item = {&validity};
    ns1__PricelistRecord list;
    list.significantKey = keep(ns1__PricelistKey__IDENTIFIER);
    list.mandatorId = 1;
    list.identifier = keep("default");
    list.validities = &validities;
    ns1__PricelistRecordList lists;
    lists.item = {&list};
    ns1__UpdatePricelistRequest request;
    request.pricelists = &lists;
    _ns1__updatePricelist call;
    call.request = &request;
    _ns1__updatePricelistResponse response;
    need(kontor, kontor.login().updatePricelist(&call, &response));
    return response.result->reports->item.at(0)->returnCode;
}

static int send_stock(Kontor &kontor, const string &sku, int count)
{
    ns1__StockBooking booking;
    booking.mandatorId = keep(1);
    booking.warehouseCode = keep("standard");
    booking.stockCount = count;
    booking.absolute = true;
    ns1__StockBookingList bookings;
    bookings.item = {&booking};
    ns1__StockRecord record;
    record.mandatorId = 1;
    record.internalItemNumber = keep(sku);
    record.stockItems = &bookings;
    ns1__StockRecordList records;
    records.item = {&record};
    ns1__UpdateStockCountRequest request;
    request.items = &records;
    _ns1__updateStockCount call;
    call.request = &request;
    _ns1__updateStockCountResponse response;
    need(kontor, kontor.login().updateStockCount(&call, &response));
    return response.result->reports->item.at(0)->returnCode;
}

static ns1__NumberFilter *is(int number)
{
    ns1__NumberFilter filter;
    filter.value = keep(number);
    return keep(filter);
}

static vector<ns1__ItemRecord *> fetch_articles(Kontor &kontor, const vector<string> &skus)
{
    ns1__StringList values;
    values.item = skus;
    ns1__TextFilter numbers;
    numbers.values = &values;
    ns1__ItemFilterRecord filter;
    filter.mandatorId = is(1);
    filter.internalItemNumber = &numbers;
    ns1__ItemFilterRecordList filters;
    filters.item = {&filter};
    ns1__FetchItemsRequest request;
    request.filters = &filters;
    request.itemsPerPage = keep(100);
    request.page = keep(1);
    request.imagesAsBase64 = keep(true);
    _ns1__fetchItems call;
    call.request = &request;
    _ns1__fetchItemsResponse response;
    need(kontor, kontor.login().fetchItems(&call, &response));
    return response.result->items ? response.result->items->item : vector<ns1__ItemRecord *>();
}
// end

// guide: order
static ns1__OrderRecord *fetch_order(Kontor &kontor, const string &number)
{
    ns1__IntList accounts;
    accounts.item = {1000};
    ns1__SyncPlatformOrdersRequest sync;
    sync.accountIds = &accounts;
    sync.processSynchronous = keep(true);
    _ns1__syncPlatformOrders sync_call;
    sync_call.request = &sync;
    _ns1__syncPlatformOrdersResponse synced;
    need(kontor, kontor.login().syncPlatformOrders(&sync_call, &synced));

    ns1__TextFilter numbers;
    numbers.value = keep(number);
    ns1__OrderFilter filter;
    filter.mandatorId = is(1);
    filter.marketplaceOrderId = &numbers;
    ns1__OrderFilterList filters;
    filters.item = {&filter};
    ns1__FetchOrdersRequest request;
    request.filters = &filters;
    request.ordersPerPage = keep(50);
    request.page = keep(1);
    _ns1__fetchOrders call;
    call.request = &request;
    _ns1__fetchOrdersResponse response;
    need(kontor, kontor.login().fetchOrders(&call, &response));
    return response.result->orders->item.at(0);
}

static int send_shipped(Kontor &kontor, int order_id, const string &tracking)
{
    ns1__OrderPacket parcel;
    parcel.trackingNumber = keep(tracking);
    parcel.shippingProviderIdentifier = keep("DHL");
    ns1__OrderPacketList parcels;
    parcels.item = {&parcel};
    ns1__OrderStatusUpdate order;
    order.significantKey = ns1__OrderSignificantKey__ORDER_USCOREID;
    order.mandatorId = 1;
    order.orderId = keep(order_id);
    order.status = ns1__OrderEvent__SHIPPED;
    order.shippingInformations = &parcels;
    ns1__OrderStatusUpdateList orders;
    orders.item = {&order};
    ns1__UpdateOrderStatusRequest request;
    request.orders = &orders;
    _ns1__updateOrderStatus call;
    call.request = &request;
    _ns1__updateOrderStatusResponse response;
    need(kontor, kontor.login().updateOrderStatus(&call, &response));
    return response.result->reports->item.at(0)->returnCode;
}
// end

static int echo(Kontor &kontor, const string &text, string &echoed)
{
    ns1__EchoRequest request;
    request.text = keep(text);
    _ns1__echo call;
    call.request = &request;
    _ns1__echoResponse response;
    int code = kontor.login().echo(&call, &response);
    if (code == SOAP_OK && response.result->text) echoed = *response.result->text;
    return code;
}

static void check(const string &what, bool right, const string &seen = "")
{
    std::cout << what << (right ? ": ok" : ": FAILED: " + seen.substr(0, 300)) << std::endl;
}

int main()
{
    Kontor kontor(env("USER"), env("PASSWORD"));
    string echoed;
    need(kontor, echo(kontor, NAME, echoed));
    check("connect", echoed == NAME, echoed);

    ns1__ItemRecord *full = article(SKU);
    full->listPrice = keep("1234567.8901"); // a decimal is a text
    ns1__TextModuleBundle texts;
    texts.item = {text(15, env("TEXT")), text(16, env("LONG"))};
    full->textModules = &texts;
    // base64Binary holds bytes: decode what the environment holds.
    int size = 0;
    const string base64 = env("IMAGE");
    const char *bytes = soap_base642s(kontor.soap, base64.c_str(), nullptr, 0, &size);
    xsd__base64Binary data;
    data.__ptr = (unsigned char *)bytes;
    data.__size = size;
    ns1__ImageModule image;
    image.imageModuleTypeId = 1;
    image.imageBase64 = &data;
    ns1__ImageModuleBundle images;
    images.item = {&image};
    full->imageModules = &images;
    auto one = send_articles(kontor, {full});
    check("one", one.size() == 1 && one[0]->returnCode == 0 && *one[0]->item->internalItemNumber == SKU,
        one[0]->errorDescription ? *one[0]->errorDescription : "");
    auto found = fetch_articles(kontor, {SKU}).at(0);
    vector<string> read = {*found->identifier};
    for (auto module : found->textModules->item) read.push_back(*module->translations->item.at(0)->text);
    check("texts", read == vector<string>{NAME, env("TEXT"), env("LONG")}, read[0] + "|" + read[1]);
    check("amounts", *found->listPrice == "1234567.8901", *found->listPrice);
    auto *back_image = found->imageModules->item.at(0)->imageBase64;
    check("image", string((char *)back_image->__ptr, back_image->__size) == string(bytes, size));
    check("zero", send_articles(kontor, {}).empty() && fetch_articles(kontor, {SKU + "-none"}).empty());

    vector<string> skus, many, back;
    vector<ns1__ItemRecord *> articles;
    for (int n = 0; n < 25; n++) {
        skus.push_back(SKU + "-" + char('0' + n / 10) + char('0' + n % 10));
        articles.push_back(article(skus.back()));
    }
    for (auto report : send_articles(kontor, articles)) many.push_back(*report->referenceId);
    for (auto item : fetch_articles(kontor, skus)) back.push_back(*item->internalItemNumber);
    std::sort(back.begin(), back.end());
    check("many", many == skus && back == skus);
    auto mixed = send_articles(kontor, {article(SKU + "-a"), article(SKU + "-b", 99), article(SKU + "-c")});
    check("bad record", mixed.size() == 3 && mixed[0]->returnCode == 0 && mixed[1]->returnCode < 0 && mixed[2]->returnCode == 0
        && mixed[1]->errorDescription && !mixed[1]->errorDescription->empty());
    check("price and stock", send_price(kontor, SKU, "12.34") == 0 && send_stock(kontor, SKU, 12) == 0);

    Kontor reader(env("READER"), env("PASSWORD"));
    _ns1__updateItemsResponse refused;
    int code = update_items(reader, {article(SKU)}, refused);
    ns1__FaultInfo *detail = code != SOAP_OK && reader.soap->fault && reader.soap->fault->detail ? reader.soap->fault->detail->ns1__gatewayFault : nullptr;
    const char *reason = code != SOAP_OK ? reader.soap_fault_string() : "";
    check("fault", detail && string(reason).find(detail->errorCode) != string::npos, reason ? reason : "");

    auto order = fetch_order(kontor, env("ORDER"));
    string positions;
    for (auto line : order->orderItems->item) positions += *line->internalItemNumber + ":" + std::to_string(line->quantity) + ":" + line->price + " ";
    int shipped = send_shipped(kontor, order->orderId, env("TRACKING"));
    check("order", positions == env("ORDER_ITEM") + "-1:1:9.90 " + env("ORDER_ITEM") + "-2:2:9.90 " && shipped == 0, positions);

    Kontor stranger(env("USER"), "wrong");
    code = echo(stranger, "x", echoed);
    const char *why = code != SOAP_OK ? stranger.soap_fault_string() : "";
    std::cout << "note: password: it forgets user and password after each call" << std::endl;
    check("password", code == 401 || (why && string(why).find("KONTOR-1001") != string::npos), std::to_string(code) + (why ? why : ""));
}
