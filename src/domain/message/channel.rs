//! What is said for a channel. `CHANNEL`: under the channel's own code; its texts stay as the channel said them.

use super::messages;

messages! {
    said CHANNEL Error (code, text, remedy)
        "{text}"
        "{text}"
        "{remedy}"
        "{remedy}";
    record_lost CHANNEL Error (code, text)
        "{text}"
        "{text}"
        "the shop lost the record; end the offer and list it again"
        "der Shop hat den Datensatz verloren; beenden Sie das Angebot und stellen Sie es neu ein";
    value_unknown CHANNEL Error (code, text)
        "{text}"
        "{text}"
        "the shop does not know such a value; check the language of the account and the values of the item"
        "der Shop kennt einen solchen Wert nicht; prüfen Sie die Sprache des Kontos und die Werte des Artikels";
    input_refused CHANNEL Error (code, text)
        "{text}"
        "{text}"
        "correct what the text names; variants of one parent need the same properties, each in a combination of its own"
        "berichtigen Sie, was der Text nennt; Varianten eines Elternartikels brauchen dieselben Eigenschaften, jede in einer eigenen Kombination";
    record_refused CHANNEL Error (code, text)
        "{text}"
        "{text}"
        "look at the record in the shop's administration, settle it there, then send it again"
        "sehen Sie sich den Datensatz in der Verwaltung des Shops an, klären Sie es dort und senden Sie ihn dann noch einmal";
    refused_by_script CHANNEL Error (code, text)
        "{text}"
        "{text}"
        "the sandbox is set to refuse this article; clear its fault refuse"
        "die Sandbox soll diesen Artikel ablehnen; nehmen Sie ihre Störung refuse zurück";
    shipped_before ALREADY_SHIPPED Warning (numbers)
        "everything was shipped in the shop before; it does not know the tracking numbers {numbers}"
        "im Shop war schon alles versandt; er kennt die Sendungsnummern {numbers} nicht"
        "give them to the customer another way, or correct the shipment in the shop"
        "teilen Sie sie dem Kunden anders mit oder berichtigen Sie den Versand im Shop";
    category_unknown CATEGORY Error (category)
        "the shop has no category \"{category}\""
        "der Shop hat keine Kategorie \"{category}\""
        "create it in the shop, or map the item's category to the handle of one that is there"
        "legen Sie sie im Shop an oder ordnen Sie der Kategorie des Artikels den Handle einer vorhandenen zu";
    currency_differs CURRENCY Error (found, expected)
        "the price is in {found}, the shop's channel sells in {expected}"
        "der Preis ist in {found}, der Kanal des Shops verkauft in {expected}"
        "assign a price list in the shop's currency to the account; if the shop's channel sells in several, name the account's in its setting currency"
        "ordnen Sie dem Konto eine Preisliste in der Währung des Shops zu; verkauft der Kanal des Shops in mehreren, nennen Sie die des Kontos in der Einstellung currency";
    default_price_missing CURRENCY Error (sku, currency)
        "{sku} is not in the shop yet, and without a price in {currency}, the channel's default currency, the shop would sell it there for 0"
        "{sku} ist noch nicht im Shop, und ohne Preis in {currency}, der Standardwährung des Kanals, würde der Shop es darin für 0 verkaufen"
        "list it first from an account that sells in {currency}, or create it in the shop with that price"
        "stellen Sie es zuerst aus einem Konto ein, das in {currency} verkauft, oder legen Sie es im Shop mit diesem Preis an";
    default_price_unusable PRICE Error (sku, price)
        "{sku} costs {price} in the shop's default channel, and the shop cannot derive another price from that when the account's channel gets it"
        "{sku} kostet im Standardkanal des Shops {price}, und daraus kann der Shop keinen anderen Preis ableiten, wenn der Kanal des Kontos es bekommt"
        "set a price above zero and below 21 474 836.47 in the shop's default channel, then have it tried again"
        "setzen Sie im Standardkanal des Shops einen Preis über null und unter 21 474 836,47 und lassen Sie es dann noch einmal versuchen";
    ended_elsewhere ENDED_ELSEWHERE Error (sku, channels)
        "{sku} is on sale in other channels of the shop, too ({channels}), and the default channel cannot be left"
        "{sku} ist auch in anderen Kanälen des Shops im Verkauf ({channels}), und den Standardkanal kann ein Artikel nicht verlassen"
        "end it there first, or give the account a channel of its own in the shop (channel_token)"
        "beenden Sie es zuerst dort oder geben Sie dem Konto im Shop einen eigenen Kanal (channel_token)";
    facet_missing FACET Error (facet)
        "the shop's channel has no facet with the code \"{facet}\""
        "der Kanal des Shops hat keine Facette mit dem Code \"{facet}\""
        "create the facet in the shop, assign it to the channel, or correct the settings of the account"
        "legen Sie die Facette im Shop an, ordnen Sie sie dem Kanal zu oder berichtigen Sie die Einstellungen des Kontos";
    facet_value_unknown FACET_VALUE Error (facet, value, known)
        "the facet \"{facet}\" of the shop has no value \"{value}\"; it has: {known}"
        "die Facette \"{facet}\" des Shops hat keinen Wert \"{value}\"; sie hat: {known}"
        "create the value in the shop, map to one that is there, or allow Kontor to create it (create_facet_values)"
        "legen Sie den Wert im Shop an, ordnen Sie einen vorhandenen zu oder erlauben Sie Kontor, ihn anzulegen (create_facet_values)";
    field_unusable FIELD Warning (field, setting)
        "the shop's variants have no custom field \"{field}\" that can hold it"
        "die Varianten des Shops haben kein eigenes Feld \"{field}\", das es aufnehmen kann"
        "add the field to the shop, or correct {setting} in the settings of the account; kontor check --connect says what is wrong"
        "legen Sie das Feld im Shop an oder berichtigen Sie {setting} in den Einstellungen des Kontos; kontor check --connect sagt, was nicht stimmt";
    not_listed NOT_LISTED Error (sku)
        "the shop has no variant with the SKU {sku}, and the change came without title and texts"
        "der Shop hat keine Variante mit der SKU {sku}, und die Änderung kam ohne Titel und Texte"
        "it was deleted or renamed in the shop; end the offer and list it again"
        "sie wurde im Shop gelöscht oder umbenannt; beenden Sie das Angebot und stellen Sie es neu ein";
    not_placed NOT_PLACED Error (state)
        "the customer has not placed the order yet (state {state})"
        "der Kunde hat die Bestellung noch nicht abgeschickt (Zustand {state})"
        "wait for the customer, or cancel the cart in the shop"
        "warten Sie auf den Kunden oder brechen Sie den Warenkorb im Shop ab";
    order_cancelled ORDER_CANCELLED Error ()
        "the order is cancelled in the shop"
        "die Bestellung ist im Shop storniert"
        "cancel it in the ERP, too, or have the customer order again"
        "stornieren Sie sie auch im ERP oder lassen Sie den Kunden neu bestellen";
    order_state ORDER_STATE Error (text)
        "{text}"
        "{text}"
        "look at the order in the sandbox and settle the difference there or in the ERP"
        "sehen Sie sich die Bestellung in der Sandbox an und klären Sie den Unterschied dort oder im ERP";
    order_out_of_reach ORDER_UNKNOWN Error (order)
        "the shop has no order {order}, or does not show it"
        "der Shop hat keine Bestellung {order} oder zeigt sie nicht"
        "if it is older than 60 days, give the app the right read_all_orders and install it again; else it was deleted there"
        "ist sie älter als 60 Tage, geben Sie der App das Recht read_all_orders und installieren Sie sie noch einmal; sonst wurde sie dort gelöscht";
    order_unknown ORDER_UNKNOWN Error (order)
        "the shop has no order {order}"
        "der Shop hat keine Bestellung {order}"
        "it was deleted there, or belongs to another shop or another channel of the shop"
        "sie wurde dort gelöscht oder gehört zu einem anderen Shop oder einem anderen Kanal des Shops";
    other_product OTHER_PRODUCT Error (sku, product)
        "{sku} belongs to product {product} in the shop, and the shop cannot move it to that of its parent"
        "{sku} gehört im Shop zu Produkt {product}, und der Shop kann es nicht zu dem seines Elternartikels verschieben"
        "end the offer, delete the variant in the shop, then list it again"
        "beenden Sie das Angebot, löschen Sie die Variante im Shop und stellen Sie es dann neu ein";
    payment_missing PAYMENT_MISSING Error (state)
        "the shop has no payment to settle (state {state})"
        "der Shop hat keine Zahlung, die abgeschlossen werden kann (Zustand {state})"
        "add the payment to the order in the shop's administration, then report PAID again"
        "legen Sie die Zahlung in der Verwaltung des Shops an und melden Sie dann noch einmal PAID";
    picture_left_out PICTURE Warning (address, reason)
        "the picture {address} is left out: {reason}"
        "das Bild {address} fehlt: {reason}"
        "put a picture there or name another address, then send the item again; a private host has to be in picture_hosts of the account"
        "legen Sie dort ein Bild ab oder nennen Sie eine andere Adresse und senden Sie den Artikel noch einmal; ein privater Host muss in picture_hosts des Kontos stehen";
    price_negative PRICE Error (price)
        "{price} is below zero"
        "{price} ist kleiner als null"
        "set a price of zero or more"
        "setzen Sie einen Preis von null oder mehr";
    price_inexact PRICE Error (price, currency, decimals)
        "the shop keeps {decimals} decimals of a price, so it cannot have {price} {currency} exactly"
        "der Shop führt {decimals} Nachkommastellen eines Preises und kann {price} {currency} nicht genau führen"
        "set a price with at most {decimals} decimals"
        "setzen Sie einen Preis mit höchstens {decimals} Nachkommastellen";
    price_invalid PRICE_INVALID Error (price, sku)
        "{price} is no price for {sku}"
        "{price} ist kein Preis für {sku}"
        "set a price above zero"
        "setzen Sie einen Preis über null";
    price_gross_in_net_shop PRICE_KIND Error ()
        "the price is gross, the shop's channel keeps net prices"
        "der Preis ist brutto, der Kanal des Shops führt Nettopreise"
        "assign a price list of the shop's kind to the account, or have the shop keep the other kind"
        "ordnen Sie dem Konto eine Preisliste der Art des Shops zu oder stellen Sie den Shop auf die andere Art um";
    price_net_in_gross_shop PRICE_KIND Error ()
        "the price is net, the shop's channel keeps gross prices"
        "der Preis ist netto, der Kanal des Shops führt Bruttopreise"
        "assign a price list of the shop's kind to the account, or have the shop keep the other kind"
        "ordnen Sie dem Konto eine Preisliste der Art des Shops zu oder stellen Sie den Shop auf die andere Art um";
    price_missing PRICE_MISSING Error (sku)
        "{sku} has no price"
        "{sku} hat keinen Preis"
        "set a price in the account's price list"
        "setzen Sie einen Preis in der Preisliste des Kontos";
    quantity_invalid QUANTITY_INVALID Error (quantity, sku)
        "{quantity} is no quantity for {sku}"
        "{quantity} ist keine Menge für {sku}"
        "offer zero or more pieces"
        "bieten Sie null oder mehr Stück an";
    refund_failed REFUND_FAILED Error (reason)
        "the payment provider of the shop did not give the money back ({reason})"
        "der Zahlungsanbieter des Shops hat das Geld nicht erstattet ({reason})"
        "check the shop and the payment provider for the reason, then retry with retryChanges, or refund the buyer another way"
        "sehen Sie im Shop und beim Anbieter nach, warum, und versuchen Sie es mit retryChanges noch einmal oder erstatten Sie anders";
    refund_currency REFUND_NOT_EXACT Error (found, expected)
        "the credit entry is in {found}, the order in the shop is in {expected}"
        "die Gutschrift ist in {found}, die Bestellung im Shop in {expected}"
        "give the money back in the shop by hand; nothing of it went back"
        "erstatten Sie das Geld im Shop von Hand; davon ist nichts erstattet";
    refund_inexact REFUND_NOT_EXACT Error (amount, currency, decimals)
        "the shop cannot give back {amount} {currency} exactly, because it counts {decimals} decimals"
        "der Shop kann {amount} {currency} nicht genau erstatten, weil er mit {decimals} Nachkommastellen rechnet"
        "give the money back in the shop by hand; nothing of it went back"
        "erstatten Sie das Geld im Shop von Hand; davon ist nichts erstattet";
    refund_too_much REFUND_NOT_EXACT Error (amount, left, currency)
        "of {amount} {currency}, the shop can give back {left} at most: the settled payments of the order, less earlier refunds"
        "von {amount} {currency} kann der Shop höchstens {left} erstatten: die gebuchten Zahlungen der Bestellung abzüglich früherer Erstattungen"
        "look the payments up in the shop, and give the money back by hand; nothing of it went back"
        "sehen Sie die Zahlungen im Shop nach, und erstatten Sie das Geld von Hand; davon ist nichts erstattet";
    refund_by_hand REFUND_BY_HAND Info (amount, currency)
        "the shop noted the refund of {amount} {currency}; its payment method cannot pay back on line"
        "der Shop hat die Erstattung von {amount} {currency} vermerkt; seine Zahlungsart kann nicht online zurückzahlen"
        "transfer the money to the buyer"
        "überweisen Sie das Geld an den Käufer";
    refund_open REFUND_OPEN Info ()
        "what is cancelled was paid"
        "das Stornierte war bezahlt"
        "give the money back with createCreditEntry, or in the shop"
        "erstatten Sie das Geld mit createCreditEntry oder im Shop";
    sku_taken SKU_TAKEN Error (sku)
        "another offer of the shop has the SKU {sku}"
        "ein anderes Angebot des Shops hat die SKU {sku}"
        "end that offer, or give one of the articles another item number"
        "beenden Sie jenes Angebot oder geben Sie einem der Artikel eine andere Artikelnummer";
    sku_too_long SKU_TOO_LONG Error (sku, most)
        "the SKU {sku} is longer than {most} characters"
        "die SKU {sku} ist länger als {most} Zeichen"
        "give the article a shorter item number"
        "geben Sie dem Artikel eine kürzere Artikelnummer";
    sku_twice SKU_TWICE Warning (count, sku, variants)
        "the shop has {count} variants with the SKU {sku}: {variants}"
        "der Shop hat {count} Varianten mit der SKU {sku}: {variants}"
        "delete the superfluous ones in the shop"
        "löschen Sie die überzähligen im Shop";
    order_not_moved_on STATE Warning (text)
        "{text}"
        "{text}"
        "move the order on in the shop's administration"
        "führen Sie die Bestellung in der Verwaltung des Shops weiter";
    switched_off SWITCHED_OFF Error (sku)
        "{sku} is switched off in the shop, and to switch it on would put it on sale in all of its channels"
        "{sku} ist im Shop abgeschaltet, und es anzuschalten würde es in allen seinen Kanälen in den Verkauf bringen"
        "switch product and variant on in the shop if that is what you want, then have it tried again"
        "schalten Sie Produkt und Variante im Shop an, wenn Sie das wollen, und lassen Sie es dann noch einmal versuchen";
    tax_category_unknown TAX_CATEGORY Error (class, known)
        "the shop has no tax category \"{class}\"; it has: {known}"
        "der Shop hat keine Steuerkategorie \"{class}\"; er hat: {known}"
        "correct tax_classes of the account in the configuration, or create the category in the shop"
        "berichtigen Sie tax_classes des Kontos in der Konfiguration oder legen Sie die Kategorie im Shop an";
    title_empty TITLE_MISSING Error (sku)
        "the title of {sku} is empty"
        "der Titel von {sku} ist leer"
        "give the item an {field:identifier}, or fill the account's title text module"
        "geben Sie dem Artikel einen {field:identifier} oder füllen Sie den Titel-Textbaustein des Kontos";
    title_missing TITLE_MISSING Error (sku)
        "{sku} is not listed and came without a title"
        "{sku} ist nicht eingestellt und kam ohne Titel"
        "send title and description together with the first listing"
        "senden Sie Titel und Beschreibung mit dem ersten Einstellen";
    too_many_offers TOO_MANY_OFFERS Error (most)
        "the sandbox keeps at most {most} offers"
        "die Sandbox führt höchstens {most} Angebote"
        "end some offers, or go on with a new sandbox"
        "beenden Sie Angebote oder machen Sie mit einer neuen Sandbox weiter";
    coupon_currency CURRENCY Error (code, found, expected)
        "the coupon {code} is in {found}, the shop's channel sells in {expected}"
        "der Gutschein {code} ist in {found}, der Kanal des Shops verkauft in {expected}"
        "make a coupon in the shop's currency, or one of percent"
        "legen Sie einen Gutschein in der Währung des Shops an oder einen in Prozent";
    customer_unknown CUSTOMER_UNKNOWN Error (key)
        "the shop has no customer \"{key}\""
        "der Shop hat keinen Kunden \"{key}\""
        "he was deleted in the shop; nothing to do until he orders again"
        "er wurde im Shop gelöscht; nichts zu tun, bis er wieder bestellt";
    right_missing RIGHT_MISSING Error ()
        "the shop's user of Kontor lacks the rights for customers or promotions"
        "dem Benutzer von Kontor im Shop fehlen die Rechte für Kunden oder Aktionen"
        "give its role in the shop the rights that the documentation of the connector lists, then call retryChanges"
        "geben Sie seiner Rolle im Shop die Rechte, die die Dokumentation des Connectors nennt, und rufen Sie dann retryChanges auf";
    weight_inexact WEIGHT Warning (gram, field)
        "the field \"{field}\" of the shop cannot hold a weight of {gram} g exactly"
        "das Feld \"{field}\" des Shops kann ein Gewicht von {gram} g nicht genau aufnehmen"
        "give the field the type float in the shop, or change weight_unit in the settings of the account"
        "geben Sie dem Feld im Shop den Typ float oder ändern Sie weight_unit in den Einstellungen des Kontos";
    attribute_missing ATTRIBUTE Warning (attribute, set)
        "the attribute set \"{set}\" of the shop has no attribute \"{attribute}\""
        "das Attributset \"{set}\" des Shops hat kein Attribut \"{attribute}\""
        "create the attribute in the shop, add it to the set, or correct the settings of the account"
        "legen Sie das Attribut im Shop an, nehmen Sie es in das Set auf oder berichtigen Sie die Einstellungen des Kontos";
    choice_missing VARIANT_ATTRIBUTE Error (attribute, set)
        "the attribute set \"{set}\" of the shop has no list attribute \"{attribute}\" by which variants can be chosen"
        "das Attributset \"{set}\" des Shops hat kein Listenattribut \"{attribute}\", nach dem Varianten gewählt werden können"
        "create it in the shop as a dropdown with the scope global, and add it to the set"
        "legen Sie es im Shop als Auswahlliste mit dem Geltungsbereich Global an und nehmen Sie es in das Set auf";
    option_missing OPTION Warning (attribute, value)
        "the attribute \"{attribute}\" of the shop cannot have the value \"{value}\""
        "das Attribut \"{attribute}\" des Shops kann den Wert \"{value}\" nicht haben"
        "add the value in the shop, allow Kontor to add it (create_options), or give the article one value where the shop takes one"
        "legen Sie den Wert im Shop an, erlauben Sie Kontor, ihn anzulegen (create_options), oder geben Sie dem Artikel nur einen Wert, wo der Shop einen führt";
    choice_value_missing VARIANT_ATTRIBUTE Error (attribute, value)
        "the attribute \"{attribute}\" of the shop has no value \"{value}\""
        "das Attribut \"{attribute}\" des Shops hat keinen Wert \"{value}\""
        "add the value in the shop, or allow Kontor to add it (create_options)"
        "legen Sie den Wert im Shop an oder erlauben Sie Kontor, ihn anzulegen (create_options)";
    cancel_paid ORDER_PAID Error ()
        "the order is paid, and the shop cancels no paid order"
        "die Bestellung ist bezahlt, und der Shop storniert keine bezahlte Bestellung"
        "give the money back with createCreditEntry: a credit memo of the whole amount closes the order in the shop"
        "erstatten Sie das Geld mit createCreditEntry: eine Gutschrift über den ganzen Betrag schließt die Bestellung im Shop";
    refund_noted REFUND_BY_HAND Info (amount, currency)
        "the shop noted the refund of {amount} {currency}, and paid nothing back"
        "der Shop hat die Erstattung von {amount} {currency} vermerkt, aber nichts zurückgezahlt"
        "pay the buyer back where the payment came from"
        "zahlen Sie dem Käufer dort zurück, woher die Zahlung kam";
}
