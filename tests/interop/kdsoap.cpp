// The script of run.py with KDSoap (Qt): `kdwsdl2cpp` made the classes.

#include <QByteArray>
#include <QCoreApplication>
#include <QTextStream>
#include <KDSoapClient/KDSoapAuthentication.h>
#include <KDSoapClient/KDSoapClientInterface.h>
#include <algorithm>
#include "kontor.h"

using namespace kontor;

static QString env(const char *name) { return QString::fromUtf8(qgetenv((QByteArray("KONTOR_") + name).constData())); }

// guide: connect
static void connectAs(KontorService &kontor, const QString &user, const QString &password)
{
    KDSoapAuthentication login;
    login.setUser(user);
    login.setPassword(password);
    kontor.setEndPoint(env("URL") + "/ws/v1");
    kontor.clientInterface()->setAuthentication(login);
    kontor.clientInterface()->setTimeout(60000);
}

static void need(const KontorService &kontor)
{
    if (!kontor.lastError().isEmpty()) qFatal("%s", qPrintable(kontor.lastError()));
}
// end

// guide: article
static K__ItemRecord article(const QString &sku, int taxType = 3)
{
    K__ItemRecord article;
    article.setSignificantKey(K__ItemKey::INTERNAL_ITEM_NUMBER);
    article.setReferenceId(sku);
    article.setMandatorId(1);
    article.setInternalItemNumber(sku);
    article.setIdentifier(env("NAME"));
    article.setTaxTypeId(taxType);
    return article;
}

static K__TextModule text(int type, const QString &content)
{
    K__Translation translation;
    translation.setLanguageCodeIso(QString("de"));
    translation.setText(content);
    K__TranslationList translations;
    translations.setItem({translation});
    K__TextModule module;
    module.setTextModuleType(type);
    module.setTranslations(translations);
    return module;
}

static QList<K__ItemReport> sendArticles(KontorService &kontor, const QList<K__ItemRecord> &articles)
{
    K__ItemRecordList items;
    items.setItem(articles);
    K__UpdateItemsRequest request;
    request.setItems(items);
    K__UpdateItems call;
    call.setRequest(request);
    return kontor.updateItems(call).result().reports().item();
}

static int sendPrice(KontorService &kontor, const QString &sku, float price)
{
    K__PriceEntry entry;
    entry.setItemNr(sku);
    entry.setPrice(price); // a decimal is a float here; Kontor rounds to four places
    K__PriceEntryList prices;
    prices.setItem({entry});
    K__Validity validity;
    validity.setPrices(prices);
    K__ValidityList validities;
    validities.setItem({validity});
    K__PricelistRecord list;
    list.setSignificantKey(K__PricelistKey::IDENTIFIER);
    list.setMandatorId(1);
    list.setIdentifier(QString("default"));
    list.setValidities(validities);
    K__PricelistRecordList lists;
    lists.setItem({list});
    K__UpdatePricelistRequest request;
    request.setPricelists(lists);
    K__UpdatePricelist call;
    call.setRequest(request);
    auto reports = kontor.updatePricelist(call).result().reports().item();
    need(kontor);
    return reports.at(0).returnCode();
}

static int sendStock(KontorService &kontor, const QString &sku, int count)
{
    K__StockBooking booking;
    booking.setMandatorId(1);
    booking.setWarehouseCode(QString("standard"));
    booking.setStockCount(count);
    booking.setAbsolute(true);
    K__StockBookingList bookings;
    bookings.setItem({booking});
    K__StockRecord record;
    record.setMandatorId(1);
    record.setInternalItemNumber(sku);
    record.setStockItems(bookings);
    K__StockRecordList records;
    records.setItem({record});
    K__UpdateStockCountRequest request;
    request.setItems(records);
    K__UpdateStockCount call;
    call.setRequest(request);
    auto reports = kontor.updateStockCount(call).result().reports().item();
    need(kontor);
    return reports.at(0).returnCode();
}

static K__NumberFilter is(int number)
{
    K__NumberFilter filter;
    filter.setValue(number);
    return filter;
}

static QList<K__ItemRecord> fetchArticles(KontorService &kontor, const QStringList &skus)
{
    K__StringList values;
    values.setItem(skus);
    K__TextFilter numbers;
    numbers.setValues(values);
    K__ItemFilterRecord filter;
    filter.setMandatorId(is(1));
    filter.setInternalItemNumber(numbers);
    K__ItemFilterRecordList filters;
    filters.setItem({filter});
    K__FetchItemsRequest request;
    request.setFilters(filters);
    request.setItemsPerPage(100);
    request.setPage(1);
    request.setImagesAsBase64(true);
    K__FetchItems call;
    call.setRequest(request);
    auto items = kontor.fetchItems(call).result().items().item();
    need(kontor);
    return items;
}
// end

// guide: order
static K__OrderRecord fetchOrder(KontorService &kontor, const QString &number)
{
    K__IntList accounts;
    accounts.setItem({1000});
    K__SyncPlatformOrdersRequest sync;
    sync.setAccountIds(accounts);
    sync.setProcessSynchronous(true);
    K__SyncPlatformOrders syncCall;
    syncCall.setRequest(sync);
    kontor.syncPlatformOrders(syncCall);
    need(kontor);

    K__TextFilter numbers;
    numbers.setValue(number);
    K__OrderFilter filter;
    filter.setMandatorId(is(1));
    filter.setMarketplaceOrderId(numbers);
    K__OrderFilterList filters;
    filters.setItem({filter});
    K__FetchOrdersRequest request;
    request.setFilters(filters);
    request.setOrdersPerPage(50);
    request.setPage(1);
    K__FetchOrders call;
    call.setRequest(request);
    auto orders = kontor.fetchOrders(call).result().orders().item();
    need(kontor);
    return orders.at(0);
}

static int sendShipped(KontorService &kontor, int orderId, const QString &tracking)
{
    K__OrderPacket parcel;
    parcel.setTrackingNumber(tracking);
    parcel.setShippingProviderIdentifier(QString("DHL"));
    K__OrderPacketList parcels;
    parcels.setItem({parcel});
    K__OrderStatusUpdate order;
    order.setSignificantKey(K__OrderSignificantKey::ORDER_ID);
    order.setMandatorId(1);
    order.setOrderId(orderId);
    order.setStatus(K__OrderEvent::SHIPPED);
    order.setShippingInformations(parcels);
    K__OrderStatusUpdateList orders;
    orders.setItem({order});
    K__UpdateOrderStatusRequest request;
    request.setOrders(orders);
    K__UpdateOrderStatus call;
    call.setRequest(request);
    auto reports = kontor.updateOrderStatus(call).result().reports().item();
    need(kontor);
    return reports.at(0).returnCode();
}
// end

static void say(const QString &line) { QTextStream(stdout) << line << Qt::endl; }

static void check(const QString &what, bool right, const QString &seen = QString())
{
    say(what + (right ? QString(": ok") : ": FAILED: " + seen.left(300)));
}

static QString echo(KontorService &kontor, const QString &text)
{
    K__EchoRequest request;
    request.setText(text);
    K__Echo call;
    call.setRequest(request);
    return kontor.echo(call).result().text();
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QString sku = env("SKU");
    KontorService kontor;
    connectAs(kontor, env("USER"), env("PASSWORD"));
    QString echoed = echo(kontor, env("NAME"));
    check("connect", echoed == env("NAME"), echoed + kontor.lastError());

    K__ItemRecord full = article(sku);
    full.setListPrice(1234567.8901f);
    K__TextModuleBundle texts;
    texts.setItem({text(15, env("TEXT")), text(16, env("LONG"))});
    full.setTextModules(texts);
    const QByteArray bytes = QByteArray::fromBase64(env("IMAGE").toLatin1());
    K__ImageModule image;
    image.setImageModuleTypeId(1);
    image.setImageBase64(bytes);
    K__ImageModuleBundle images;
    images.setItem({image});
    full.setImageModules(images);
    auto one = sendArticles(kontor, {full});
    check("one", one.size() == 1 && one[0].returnCode() == 0 && one[0].item().internalItemNumber() == sku, kontor.lastError());
    auto found = fetchArticles(kontor, {sku}).at(0);
    QStringList read = {QString(found.identifier())};
    for (const auto &module : found.textModules().item()) read << module.translations().item().at(0).text();
    check("texts", read == QStringList({env("NAME"), env("TEXT"), env("LONG")}), read.join("|"));
    const QString amount = QString::number(float(found.listPrice()), 'f', 4);
    if (amount == QString::number(1234567.8901f, 'f', 4)) say("amounts: n/a: a decimal is a float of about seven digits: " + amount);
    else check("amounts", amount == "1234567.8901", amount);
    check("image", found.imageModules().item().at(0).imageBase64() == bytes);
    check("zero", sendArticles(kontor, {}).isEmpty() && kontor.lastError().isEmpty() && fetchArticles(kontor, {sku + "-none"}).isEmpty(), kontor.lastError());

    QStringList skus, many, back;
    QList<K__ItemRecord> articles;
    for (int n = 0; n < 25; n++) skus << QString("%1-%2").arg(sku).arg(n, 2, 10, QChar('0'));
    for (const auto &one : skus) articles << article(one);
    for (const auto &report : sendArticles(kontor, articles)) many << report.referenceId();
    for (const auto &item : fetchArticles(kontor, skus)) back << QString(item.internalItemNumber());
    std::sort(back.begin(), back.end());
    check("many", many == skus && back == skus, many.join(" "));
    auto mixed = sendArticles(kontor, {article(sku + "-a"), article(sku + "-b", 99), article(sku + "-c")});
    check("bad record", mixed.size() == 3 && mixed[0].returnCode() == 0 && mixed[1].returnCode() < 0 && mixed[2].returnCode() == 0
        && !mixed[1].errorDescription().isEmpty());
    check("price and stock", sendPrice(kontor, sku, 12.34f) == 0 && sendStock(kontor, sku, 12) == 0);

    KontorService reader;
    connectAs(reader, env("READER"), env("PASSWORD"));
    sendArticles(reader, {article(sku)});
    check("fault", reader.lastFaultCode().endsWith("Client") && reader.lastError().contains("KONTOR-1002"), reader.lastFaultCode() + reader.lastError());
    say("note: fault: code and text only from faultstring, it has no typed detail");

    auto order = fetchOrder(kontor, env("ORDER"));
    QStringList positions;
    for (const auto &line : order.orderItems().item())
        positions << QString("%1:%2:%3").arg(line.internalItemNumber()).arg(line.quantity()).arg(float(line.price()), 0, 'f', 2);
    const int shipped = sendShipped(kontor, order.orderId(), env("TRACKING"));
    const QString item = env("ORDER_ITEM");
    check("order", positions == QStringList({item + "-1:1:9.90", item + "-2:2:9.90"}) && shipped == 0, positions.join(" "));

    KontorService stranger;
    connectAs(stranger, env("USER"), "wrong");
    echo(stranger, "x");
    check("password", stranger.lastError().contains("KONTOR-1001"), stranger.lastFaultCode() + stranger.lastError());
}
