//! What Kontor itself says about offers and orders.

use super::messages;

messages! {
    account_silent ACCOUNT_SILENT Warning (since)
        "no new order since {since}, although the channel answers"
        "keine neue Bestellung seit {since}, obwohl der Kanal antwortet"
        "check in the channel whether there are orders, whether offers can be bought, and what the account may read"
        "prüfen Sie im Kanal, ob es Bestellungen gibt, ob Angebote gekauft werden können und was der Zugang lesen darf";
    cancellation_answer_not_sent CANCELLATION_ANSWER_NOT_SENT Warning (order)
        "the channel takes no answer to a request for cancellation; that of order {order} is declined in Kontor only"
        "der Kanal nimmt keine Antwort auf einen Stornowunsch an; der zum Auftrag {order} ist nur in Kontor abgelehnt"
        "inform the buyer that the goods have left"
        "teilen Sie dem Käufer mit, dass die Ware unterwegs ist";
    cancellation_declined CANCELLATION_DECLINED Info (request, order)
        "request {request} to cancel pieces of order {order} came too late: they are shipped"
        "der Stornowunsch {request} zum Auftrag {order} kam zu spät: die Ware ist versandt"
        "nothing to do: the channel is informed"
        "nichts zu tun: der Kanal wird informiert";
    cancellation_not_sent CANCELLATION_NOT_SENT Warning (order)
        "the channel cannot cancel single positions; those of order {order} are cancelled in Kontor only"
        "der Kanal kann einzelne Positionen nicht stornieren; die des Auftrags {order} sind nur in Kontor storniert"
        "inform the buyer, and give the money back in the channel by hand"
        "informieren Sie den Käufer, und erstatten Sie das Geld im Kanal von Hand";
    content_left_out CONTENT_LEFT_OUT Info (what)
        "the channel has no place for a part of the offer, so it is sent without: {what}"
        "der Kanal hat keinen Platz für einen Teil des Angebots; gesendet wird es ohne: {what}"
        "nothing to do, unless the settings of the account can give it a place"
        "nichts zu tun, außer die Einstellungen des Kontos können ihm einen Platz geben";
    state_dropped CHANGE_DROPPED Warning (topic, error)
        "\"{topic}\" was given up by hand; the last error was: {error}"
        "\"{topic}\" wurde von Hand aufgegeben; der letzte Fehler war: {error}"
        "nothing to do: it is sent again with the next change of the data, or with updateOffers"
        "nichts zu tun: es wird mit der nächsten Änderung der Daten oder mit updateOffers wieder gesendet";
    fact_dropped CHANGE_DROPPED Warning (topic, error)
        "\"{topic}\" was given up by hand; the last error was: {error}"
        "\"{topic}\" wurde von Hand aufgegeben; der letzte Fehler war: {error}"
        "enter it in the channel by hand, unless that has been done; Kontor does not report it any more"
        "tragen Sie es im Kanal von Hand ein, falls noch nicht geschehen; Kontor meldet es nicht mehr";
    channel_gave_up CHANNEL_GAVE_UP Error (reason)
        "tried without success for too long, not repeated any more: {reason}"
        "zu lange vergeblich versucht, keine weitere Wiederholung: {reason}"
        "check the connection to the channel, then retry (retryChanges, or kontor outbox retry)"
        "prüfen Sie die Verbindung zum Kanal und lassen Sie es dann noch einmal versuchen (retryChanges oder kontor outbox retry)";
    cancellation_requested CANCELLATION_REQUESTED Warning (request, order)
        "the buyer asks to cancel pieces of order {order} (request {request})"
        "der Käufer bittet darum, Ware des Auftrags {order} zu stornieren (Stornowunsch {request})"
        "cancel what cancellation_requests in fetchOrders names with CANCELED in updateOrderStatus, or ship it: SHIPPED declines the request"
        "stornieren Sie, was cancellation_requests in fetchOrders nennt, mit CANCELED in updateOrderStatus, oder versenden Sie es: SHIPPED lehnt ab";
    cancellation_withdrawn CANCELLATION_WITHDRAWN Info (request, order)
        "request {request} to cancel pieces of order {order} is withdrawn"
        "der Stornowunsch {request} zum Auftrag {order} ist zurückgezogen"
        "nothing to do: the order stays as it is"
        "nichts zu tun: der Auftrag bleibt, wie er ist";
    offer_unreadable DATA_UNREADABLE Error (reason)
        "what is stored about the offer cannot be read: {reason}"
        "was über das Angebot gespeichert ist, lässt sich nicht lesen: {reason}"
        "report it to the admin with the log"
        "melden Sie es dem Admin mit dem Protokoll";
    fact_not_sent FACT_NOT_SENT Warning (fact, order)
        "the channel takes no report \"{fact}\"; that of order {order} stays in Kontor"
        "der Kanal nimmt keine Meldung \"{fact}\" an; die zum Auftrag {order} bleibt in Kontor"
        "enter it in the channel by hand if it must know"
        "tragen Sie es im Kanal von Hand ein, falls er es wissen muss";
    fact_unclear FACT_UNCLEAR Error (fact, order)
        "it is not known whether the channel has \"{fact}\" of order {order}: the answer was lost, and the channel does not show it"
        "es ist nicht bekannt, ob der Kanal \"{fact}\" zum Auftrag {order} hat: die Antwort ging verloren, und der Kanal zeigt es nicht"
        "look at the order in the channel; if it is missing there, have it sent again with retryChanges, else give it up"
        "sehen Sie sich die Bestellung im Kanal an; fehlt es dort, lassen Sie es mit retryChanges noch einmal senden, sonst geben Sie es auf";
    mail_gave_up MAIL_NOT_SENT Warning (event, order, reason)
        "the mail \"{event}\" about order {order} was tried for too long and is given up: {reason}"
        "die Mail \"{event}\" zum Auftrag {order} wurde zu lange vergeblich versucht und ist aufgegeben: {reason}"
        "have the admin check the mail server and send it with kontor mail retry, or inform the buyer in another way"
        "lassen Sie den Admin den Mailserver prüfen und sie mit kontor mail retry senden, oder informieren Sie den Käufer anders";
    mail_refused MAIL_NOT_SENT Warning (event, order, reason)
        "the mail \"{event}\" about order {order} cannot be sent: {reason}"
        "die Mail \"{event}\" zum Auftrag {order} kann nicht gesendet werden: {reason}"
        "correct the buyer's e-mail address with updateOrders and have the admin send it with kontor mail retry, or inform the buyer in another way"
        "berichtigen Sie die E-Mail-Adresse mit updateOrders und lassen Sie sie mit kontor mail retry senden, oder informieren Sie den Käufer anders";
    offer_look_up_unknown OFFER_HINT Info (name, value)
        "{name} \"{value}\" of the item does not exist"
        "{name} \"{value}\" des Artikels gibt es nicht"
        "create it with updateDeliveryTimes, updateDeliveryChargeCategories, updateManufacturers or updateAttributeSets"
        "legen Sie es mit updateDeliveryTimes, updateDeliveryChargeCategories, updateManufacturers oder updateAttributeSets an";
    offer_attribute_not_listed OFFER_HINT Info (attribute, value)
        "the value \"{value}\" of attribute \"{attribute}\" is not in its list and is not sent"
        "der Wert \"{value}\" des Attributs \"{attribute}\" steht nicht in dessen Liste und wird nicht gesendet"
        "send another value with updateItems, or add this one with updateAttributes"
        "senden Sie mit updateItems einen anderen Wert, oder ergänzen Sie diesen mit updateAttributes";
    offer_attribute_of_other_type OFFER_HINT Info (attribute, value, data_type)
        "the value \"{value}\" of attribute \"{attribute}\" is no {data_type} and is not sent"
        "der Wert \"{value}\" des Attributs \"{attribute}\" ist kein {data_type} und wird nicht gesendet"
        "send another value with updateItems, or change {field:attribute_data_type} with updateAttributes"
        "senden Sie mit updateItems einen anderen Wert, oder ändern Sie {field:attribute_data_type} mit updateAttributes";
    offer_attribute_of_other_unit OFFER_HINT Info (attribute, found, expected)
        "attribute \"{attribute}\" is in \"{found}\" instead of \"{expected}\" and is not sent"
        "das Attribut \"{attribute}\" ist in \"{found}\" statt in \"{expected}\" angegeben und wird nicht gesendet"
        "send the value in \"{expected}\" with updateItems, or change {field:value_unit} with updateAttributes"
        "senden Sie den Wert mit updateItems in \"{expected}\", oder ändern Sie {field:value_unit} mit updateAttributes";
    offer_option_not_listed OFFER_HINT Info (property, value)
        "the value \"{value}\" of the variants' property \"{property}\" is not in its list"
        "der Wert \"{value}\" der Varianteneigenschaft \"{property}\" steht nicht in deren Liste"
        "send another value with updateItems, or add this one with updateVariantAttributeValues"
        "senden Sie mit updateItems einen anderen Wert, oder ergänzen Sie diesen mit updateVariantAttributeValues";
    offer_without_category_attribute OFFER_HINT Info (attribute, category)
        "the channel's category \"{category}\" wants the attribute \"{attribute}\", and the offer has none"
        "die Kategorie \"{category}\" des Kanals verlangt das Attribut \"{attribute}\", und das Angebot hat keines"
        "send it with updateItems, or map one of the article's attributes to this name with updateAttributes"
        "senden Sie es mit updateItems, oder ordnen Sie mit updateAttributes ein Attribut des Artikels diesem Namen zu";
    offer_value_not_of_category OFFER_HINT Info (attribute, value, category)
        "the channel's category \"{category}\" knows no value \"{value}\" of attribute \"{attribute}\""
        "die Kategorie \"{category}\" des Kanals kennt keinen Wert \"{value}\" des Attributs \"{attribute}\""
        "send another value with updateItems, or map it to the channel's word with updateAttributes; fetchPlatformCategoryAttributes lists them"
        "senden Sie mit updateItems einen anderen Wert, oder ordnen Sie ihn mit updateAttributes dem Wort des Kanals zu; fetchPlatformCategoryAttributes nennt alle";
    offer_without_category OFFER_HINT Info ()
        "no category of the channel is assigned"
        "keine Kategorie des Kanals ist zugeordnet"
        "assign the item with updateItemAccountCategoryMapping or its group with updateAccountCategories"
        "ordnen Sie den Artikel mit updateItemAccountCategoryMapping oder seine Gruppe mit updateAccountCategories zu";
    offer_without_description OFFER_HINT Info ()
        "there is no description"
        "es gibt keine Beschreibung"
        "send the account's description text module with updateItems or updateCategories, or set description_template"
        "senden Sie den Beschreibungs-Textbaustein mit updateItems oder updateCategories oder setzen Sie description_template";
    offer_without_images OFFER_HINT Info ()
        "there are no pictures"
        "es gibt keine Bilder"
        "send {field:image_modules} with updateItems or updateCategories"
        "senden Sie {field:image_modules} mit updateItems oder updateCategories";
    offer_imported OFFER_IMPORTED Info (offer)
        "imported from the channel: {offer}"
        "aus dem Kanal übernommen: {offer}"
        "nothing to do: its stock follows the article from now on, price and texts with their next change"
        "nichts zu tun: der Bestand folgt ab jetzt dem Artikel, Preis und Texte mit ihrer nächsten Änderung";
    offer_without_attribute OFFER_INCOMPLETE Error (attribute, set)
        "attribute \"{attribute}\" has no value that counts, and the attribute set \"{set}\" wants one"
        "das Attribut \"{attribute}\" hat keinen gültigen Wert, und die Attributgruppe \"{set}\" verlangt einen"
        "send a value with updateItems, or take {field:mandatory} from the attribute with updateAttributeSets"
        "senden Sie einen Wert mit updateItems, oder nehmen Sie dem Attribut mit updateAttributeSets {field:mandatory}";
    offer_without_price OFFER_INCOMPLETE Error (lists)
        "the item has no price in price list {lists} today"
        "der Artikel hat heute keinen Preis in der Preisliste {lists}"
        "send a price in price list {lists} with updatePricelist"
        "senden Sie mit updatePricelist einen Preis in der Preisliste {lists}";
    offer_without_pricelist OFFER_INCOMPLETE Error (list)
        "the price list \"{list}\" of the account does not exist"
        "die Preisliste \"{list}\" des Kontos gibt es nicht"
        "send a price in price list \"{list}\" with updatePricelist"
        "senden Sie mit updatePricelist einen Preis in der Preisliste \"{list}\"";
    offer_in_other_currency OFFER_INCOMPLETE Error (list, found, expected)
        "the price list \"{list}\" is in {found}, the account sells in {expected}"
        "die Preisliste \"{list}\" ist in {found}, das Konto verkauft in {expected}"
        "send the price in a list in {expected}, or have the admin assign lists of one currency to the account"
        "senden Sie den Preis in einer Liste in {expected}, oder lassen Sie dem Konto Listen einer Währung zuordnen";
    offer_in_no_currency OFFER_INCOMPLETE Error (list, currency)
        "the currency \"{currency}\" of price list \"{list}\" is not in ISO 4217"
        "die Währung \"{currency}\" der Preisliste \"{list}\" steht nicht in ISO 4217"
        "send the prices in a new list, in a currency such as EUR, and have the admin assign it to the account"
        "senden Sie die Preise in einer neuen Liste in einer Währung wie EUR und lassen Sie sie dem Konto zuordnen";
    offer_price_unreadable OFFER_INCOMPLETE Error (price)
        "the price \"{price}\" in {field:specific_item_data} is not a number"
        "der Preis \"{price}\" in {field:specific_item_data} ist keine Zahl"
        "send digits with a dot, such as 10.50, with updatePrices"
        "senden Sie mit updatePrices Ziffern mit Punkt, etwa 10.50";
    offer_sale_unreadable OFFER_INCOMPLETE Error (sale)
        "\"{sale}\" of the sale price in {field:specific_item_data} cannot be read"
        "\"{sale}\" des Aktionspreises in {field:specific_item_data} ist nicht lesbar"
        "send a price with a dot, such as 10.50, and days such as 2026-12-24"
        "senden Sie einen Preis mit Punkt, etwa 10.50, und Tage wie 2026-12-24";
    offer_without_title OFFER_INCOMPLETE Error ()
        "the title is empty"
        "der Titel ist leer"
        "send an {field:identifier}, or the account's title text module, with updateItems"
        "senden Sie mit updateItems einen {field:identifier} oder den Titel-Textbaustein des Kontos";
    offer_item_unreadable OFFER_INCOMPLETE Error ()
        "the stored item cannot be read"
        "der gespeicherte Artikel ist nicht lesbar"
        "send the item again with updateItems"
        "senden Sie den Artikel noch einmal mit updateItems";
    offer_without_template OFFER_INCOMPLETE Error (name)
        "the template \"{name}\" does not exist"
        "die Vorlage \"{name}\" gibt es nicht"
        "send it with updateTemplates, or choose one that fetchTemplates lists"
        "senden Sie sie mit updateTemplates oder wählen Sie eine aus fetchTemplates";
    offer_template_fails OFFER_INCOMPLETE Error (name, line, fault)
        "the template \"{name}\" fails in line {line}: {fault}"
        "die Vorlage \"{name}\" scheitert in Zeile {line}: {fault}"
        "correct that line and send the template with updateTemplates"
        "berichtigen Sie diese Zeile und senden Sie die Vorlage mit updateTemplates";
    offer_title_rule_fails OFFER_INCOMPLETE Error (line, fault)
        "the template \"title_rule\" fails in line {line}: {fault}"
        "die Vorlage \"title_rule\" scheitert in Zeile {line}: {fault}"
        "have the admin correct title_rule of the account in the configuration"
        "lassen Sie title_rule des Kontos in der Konfiguration berichtigen";
    offer_missing OFFER_MISSING Warning (item)
        "the channel does not show the offer of article {item}, which should be running"
        "der Kanal zeigt das Angebot des Artikels {item} nicht, obwohl es laufen müsste"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, sets it right"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair stellt es richtig";
    offer_missing_repaired OFFER_MISSING Warning (item)
        "the channel does not show the offer of article {item}, which should be running"
        "der Kanal zeigt das Angebot des Artikels {item} nicht, obwohl es laufen müsste"
        "nothing to do: it is being set right"
        "nichts zu tun: es wird gerade richtiggestellt";
    offer_price_differs OFFER_PRICE_DIFFERS Warning (item, shown, known)
        "the channel shows article {item} at {shown}; last sent was {known}"
        "der Kanal zeigt Artikel {item} zu {shown}; zuletzt gesendet wurde {known}"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, sets it right"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair stellt es richtig";
    offer_price_differs_repaired OFFER_PRICE_DIFFERS Warning (item, shown, known)
        "the channel shows article {item} at {shown}; last sent was {known}"
        "der Kanal zeigt Artikel {item} zu {shown}; zuletzt gesendet wurde {known}"
        "nothing to do: it is being set right"
        "nichts zu tun: es wird gerade richtiggestellt";
    offer_quantity_differs OFFER_QUANTITY_DIFFERS Warning (item, shown, known)
        "the channel offers {shown} pieces of article {item}; known are {known}"
        "der Kanal bietet {shown} Stück von Artikel {item} an; bekannt sind {known}"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, sets it right"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair stellt es richtig";
    offer_quantity_differs_repaired OFFER_QUANTITY_DIFFERS Warning (item, shown, known)
        "the channel offers {shown} pieces of article {item}; known are {known}"
        "der Kanal bietet {shown} Stück von Artikel {item} an; bekannt sind {known}"
        "nothing to do: it is being set right"
        "nichts zu tun: es wird gerade richtiggestellt";
    offer_unconfirmed OFFER_UNCONFIRMED Warning (item)
        "the channel shows the offer of article {item}, though it never confirmed its listing"
        "der Kanal zeigt das Angebot des Artikels {item}, hat das Einstellen aber nie bestätigt"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, sets it right"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair stellt es richtig";
    offer_unconfirmed_repaired OFFER_UNCONFIRMED Warning (item)
        "the channel shows the offer of article {item}, though it never confirmed its listing"
        "der Kanal zeigt das Angebot des Artikels {item}, hat das Einstellen aber nie bestätigt"
        "nothing to do: it is being set right"
        "nichts zu tun: es wird gerade richtiggestellt";
    offer_sku_differs OFFER_SKU_DIFFERS Warning (item, shown, known)
        "the channel shows article {item} under the SKU {shown}; last sent was {known}"
        "der Kanal zeigt den Artikel {item} unter der SKU {shown}; zuletzt gesendet war {known}"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, sets it right"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair stellt es richtig";
    offer_sku_differs_repaired OFFER_SKU_DIFFERS Warning (item, shown, known)
        "the channel shows article {item} under the SKU {shown}; last sent was {known}"
        "der Kanal zeigt den Artikel {item} unter der SKU {shown}; zuletzt gesendet war {known}"
        "nothing to do: it is being set right"
        "nichts zu tun: es wird gerade richtiggestellt";
    offer_unknown_importable OFFER_UNKNOWN Warning (offer)
        "on sale in the channel and not known as an offer: {offer}"
        "im Kanal angeboten und nicht als Angebot bekannt: {offer}"
        "syncPlatformItems with {field:import_unknown}, or kontor reconcile --import, puts it under stock control"
        "syncPlatformItems mit {field:import_unknown} oder kontor reconcile --import übernimmt es in den Bestandsabgleich";
    offer_unknown_without_item OFFER_UNKNOWN Warning (offer)
        "on sale in the channel, and no article has its SKU or EAN: {offer}"
        "im Kanal angeboten, aber kein Artikel hat diese SKU oder EAN: {offer}"
        "send the article with updateItems, or end the offer in the channel"
        "übergeben Sie den Artikel mit updateItems oder beenden Sie das Angebot im Kanal";
    offer_unknown_with_several_items OFFER_UNKNOWN Warning (offer)
        "on sale in the channel, and several articles have its SKU or EAN: {offer}"
        "im Kanal angeboten, aber mehrere Artikel haben diese SKU oder EAN: {offer}"
        "give the articles different numbers, or the offer in the channel another SKU"
        "geben Sie den Artikeln verschiedene Nummern oder dem Angebot im Kanal eine andere SKU";
    offer_unknown_second OFFER_UNKNOWN Warning (offer)
        "on sale in the channel a second time: {offer}"
        "im Kanal ein zweites Mal angeboten: {offer}"
        "end the superfluous offer in the channel"
        "beenden Sie das überzählige Angebot im Kanal";
    offer_unwanted OFFER_UNWANTED Warning (item)
        "the channel shows the offer of article {item}, which should have ended"
        "der Kanal zeigt das Angebot des Artikels {item}, obwohl es beendet sein müsste"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, sets it right"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair stellt es richtig";
    offer_unwanted_repaired OFFER_UNWANTED Warning (item)
        "the channel shows the offer of article {item}, which should have ended"
        "der Kanal zeigt das Angebot des Artikels {item}, obwohl es beendet sein müsste"
        "nothing to do: it is being set right"
        "nichts zu tun: es wird gerade richtiggestellt";
    offer_left_behind OFFER_UNWANTED Warning (item, offer)
        "the channel still shows a listing that article {item} had before: {offer}"
        "der Kanal zeigt noch eine frühere Einstellung des Artikels {item}: {offer}"
        "syncPlatformItems with {field:repair}, or kontor reconcile --repair, ends it"
        "syncPlatformItems mit {field:repair} oder kontor reconcile --repair beendet sie";
    offer_left_behind_repaired OFFER_UNWANTED Warning (item, offer)
        "the channel still shows a listing that article {item} had before: {offer}"
        "der Kanal zeigt noch eine frühere Einstellung des Artikels {item}: {offer}"
        "nothing to do: it is being ended"
        "nichts zu tun: sie wird gerade beendet";
    order_cancelled_late ORDER_CANCELLED_LATE Warning (order)
        "the channel reports order {order} as cancelled, but it is shipped here"
        "der Kanal meldet den Auftrag {order} als storniert, hier ist er aber versandt"
        "settle the return with the buyer, or have the channel correct the order"
        "klären Sie die Rückgabe mit dem Käufer, oder lassen Sie den Auftrag im Kanal berichtigen";
    order_changed ORDER_CHANGED Warning (order, what)
        "the channel changed order {order} after the ERP had taken it over: {what}"
        "der Kanal hat den Auftrag {order} geändert, nachdem das ERP ihn übernommen hatte: {what}"
        "take the values of order_changes in fetchOrders over, and accept them with accepted_change_id in updateOrders"
        "übernehmen Sie die Werte aus order_changes in fetchOrders, und bestätigen Sie sie mit accepted_change_id in updateOrders";
    order_line_unmatched ORDER_LINE_UNMATCHED Warning (title, sku, order)
        "position \"{title}\" (SKU \"{sku}\") of order {order} matches no item; it reserves no stock"
        "die Position \"{title}\" (SKU \"{sku}\") des Auftrags {order} passt zu keinem Artikel; sie reserviert keinen Bestand"
        "create the item with this number with updateItems: the position takes it over, and reserves its stock"
        "legen Sie den Artikel mit dieser Nummer mit updateItems an: die Position übernimmt ihn und reserviert seinen Bestand";
    order_not_imported ORDER_NOT_IMPORTED Error (order, reason)
        "order {order}: {reason}"
        "Auftrag {order}: {reason}"
        "it is kept and retried with every poll; report this to the admin (kontor outbox list)"
        "er ist aufgehoben und wird mit jedem Abruf erneut versucht; melden Sie dies dem Admin (kontor outbox list)";
    order_refunded ORDER_REFUNDED Warning (order, amount)
        "the channel refunded the buyer of order {order}; {amount} of it went back in all"
        "der Kanal hat dem Käufer des Auftrags {order} Geld erstattet; insgesamt gingen {amount} zurück"
        "book the refund that refunds in fetchOrders names; the channel is not informed again"
        "buchen Sie die Erstattung, die refunds in fetchOrders nennt; der Kanal wird nicht noch einmal informiert";
    order_returned ORDER_RETURNED Warning (order)
        "the channel reports pieces of order {order} as returned"
        "der Kanal meldet Ware des Auftrags {order} als zurückgekommen"
        "send returned_quantity with updateOrders once you have them, with restock where they can be sold again"
        "senden Sie returned_quantity mit updateOrders, sobald Sie sie haben, mit restock, wenn sie wieder verkauft werden kann";
    order_total_differs ORDER_TOTAL_DIFFERS Warning (order, total, calculated)
        "the channel says {total} as the total of order {order}; its positions, charges and coupons come to {calculated}"
        "der Kanal nennt {total} als Summe des Auftrags {order}; Positionen, Gebühren und Gutscheine ergeben {calculated}"
        "find out with the channel what the difference is before you invoice the order"
        "klären Sie mit dem Kanal, woher der Unterschied kommt, bevor Sie den Auftrag abrechnen";
    order_values_changed ORDER_VALUES_CHANGED Warning (order, fields)
        "order {order} does not hold everything as the channel says it, because it is too long or not possible: {fields}"
        "der Auftrag {order} enthält nicht alles so, wie der Kanal es sagt, weil es zu lang oder nicht möglich ist: {fields}"
        "look these fields up in the channel, and correct them with updateOrders where they matter"
        "sehen Sie diese Felder im Kanal nach, und berichtigen Sie sie mit updateOrders, wo es darauf ankommt";
    out_of_stock OUT_OF_STOCK Info (available, safety, minimum, primary)
        "not on offer: available stock {available}, safety stock {safety}, minimum stock {minimum}, primary account: {primary}"
        "nicht im Angebot: verfügbarer Bestand {available}, Sicherheitsbestand {safety}, Mindestbestand {minimum}, Hauptkonto: {primary}"
        "nothing to do: it is listed automatically when enough stock is booked with updateStockCount"
        "nichts zu tun: es wird automatisch eingestellt, sobald mit updateStockCount genug Bestand gebucht ist";
    packages_not_sent PACKAGES_NOT_SENT Warning (order, count, numbers)
        "the channel takes one package per order; {count} more of order {order} are not reported, with the tracking numbers {numbers}"
        "der Kanal nimmt ein Paket je Auftrag an; {count} weitere zum Auftrag {order} sind nicht gemeldet, mit den Sendungsnummern {numbers}"
        "give the numbers to the buyer another way; all pieces are reported as shipped"
        "teilen Sie dem Käufer die Nummern anders mit; alle Stücke sind als versandt gemeldet";
    refund_not_sent REFUND_NOT_SENT Warning (credit, order)
        "the channel cannot give back what credit entry {credit} of order {order} says; the entry stays in Kontor"
        "der Kanal kann nicht erstatten, was die Gutschrift {credit} zum Auftrag {order} sagt; sie bleibt in Kontor"
        "give the money back in the channel or in another way by hand"
        "erstatten Sie das Geld im Kanal oder auf anderem Weg von Hand";
    shipment_waits SHIPMENT_WAITS Info (order)
        "the channel only takes whole shipments; what was shipped of order {order} is reported when nothing of it is open any more"
        "der Kanal nimmt nur vollständige Lieferungen an; was vom Auftrag {order} versandt ist, wird gemeldet, wenn nichts mehr offen ist"
        "nothing to do: it is reported automatically"
        "nichts zu tun: es wird automatisch gemeldet";
    shipment_waits_for_cancellation SHIPMENT_WAITS_FOR_CANCELLATION Warning (order)
        "the channel only takes whole shipments, and pieces that only Kontor knows as cancelled would count as shipped; what was shipped of order {order} waits"
        "der Kanal nimmt nur vollständige Lieferungen an, und Stücke, von deren Stornierung nur Kontor weiß, gälten als versandt; was vom Auftrag {order} versandt ist, wartet"
        "report the cancelled pieces with adjustOrders; the shipment is reported after them"
        "melden Sie die stornierten Stücke mit adjustOrders; der Versand wird danach gemeldet";
    shipping_word_unknown SHIPPING_WORD_UNKNOWN Warning (word)
        "the shipping provider or dispatch type \"{word}\" is not in the configuration; the channel got it as it is"
        "den Versanddienstleister oder die Versandart \"{word}\" gibt es in der Konfiguration nicht; der Kanal hat das Wort unverändert bekommen"
        "send a name that fetchShippingCarriers or fetchDispatchTypes lists, or have the admin add this one"
        "senden Sie einen Namen aus fetchShippingCarriers oder fetchDispatchTypes, oder lassen Sie diesen ergänzen";
    account_work_cut_off WORK_CUT_OFF Error (what)
        "the process ended three times while it worked on {what}; so that everything else goes on, it is set aside"
        "der Prozess endete dreimal während der Arbeit an {what}; damit alles andere weitergeht, ist es zurückgestellt"
        "report it to the admin with the log; retryChanges or kontor outbox retry retries an order, orders are collected again within an hour"
        "melden Sie es dem Admin mit dem Protokoll; retryChanges oder kontor outbox retry versucht eine Bestellung noch einmal, Bestellungen werden innerhalb einer Stunde wieder abgerufen";
    work_cut_off WORK_CUT_OFF Error (what)
        "the process ended three times while it worked on {what}; so that everything else goes on, it is set aside"
        "der Prozess endete dreimal während der Arbeit an {what}; damit alles andere weitergeht, ist es zurückgestellt"
        "retry it (retryChanges, or kontor outbox retry); if that ends the process again, change the data and report it with the log"
        "lassen Sie es noch einmal versuchen (retryChanges oder kontor outbox retry); endet der Prozess wieder, ändern Sie die Daten und melden Sie es mit dem Protokoll";
    transfer_dropped CHANGE_DROPPED Warning (record, error)
        "{record}: sending it was given up by hand; the last error was: {error}"
        "{record}: das Senden wurde von Hand aufgegeben; der letzte Fehler war: {error}"
        "nothing to do: it is sent again with the next change of the data, or with syncPlatformCustomers or syncPlatformCoupons"
        "nichts zu tun: es wird mit der nächsten Änderung der Daten oder mit syncPlatformCustomers oder syncPlatformCoupons wieder gesendet";
    shop_changed SHOP_CHANGED Error (known, found)
        "the settings of the account lead to another shop ({found}) than the one that its offers and orders are from ({known}); nothing is sent or collected"
        "die Einstellungen des Kontos führen zu einem anderen Shop ({found}) als dem, aus dem seine Angebote und Bestellungen sind ({known}); nichts wird gesendet oder abgerufen"
        "set the address back, give the new shop an account of its own, or, if it is the same shop, run kontor account same-shop"
        "stellen Sie die Adresse zurück, geben Sie dem neuen Shop ein eigenes Konto oder rufen Sie kontor account same-shop auf, wenn es derselbe ist";
    transfers_not_sent TRANSFER_NOT_SENT Warning (kind)
        "the channel takes no {kind}; they stay in Kontor"
        "der Kanal nimmt keine {kind} an; sie bleiben in Kontor"
        "enter them in the channel by hand"
        "tragen Sie sie im Kanal von Hand ein";
    transfer_refused TRANSFER_REFUSED Error (record, reason)
        "{record} is not in the channel as it is here: {reason}"
        "{record} ist im Kanal nicht so wie hier: {reason}"
        "correct the record, which sends it again, or change the channel and call retryChanges"
        "berichtigen Sie den Datensatz, dann wird er wieder gesendet, oder ändern Sie den Kanal und rufen Sie retryChanges auf";
}
