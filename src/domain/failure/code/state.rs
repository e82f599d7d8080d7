//! 5000: what the state of things does not allow.

codes! {
    5001 ITEM_IN_USE Client
        "the item cannot be deleted: {0}; resolve that first"
        "der Artikel kann nicht gelöscht werden: {0}; lösen Sie das zuerst auf";
    5002 CURRENCY_FIXED Client
        "the currency {0} is fixed, because the list is assigned to account {1}; use a new price list for {2}"
        "die Währung {0} steht fest, weil die Liste dem Konto {1} zugeordnet ist; verwenden Sie für {2} eine neue Preisliste";
    5003 STATUS_NOT_ALLOWED Client
        "the order is \"{0}\", {1} is not possible any more; fetchOrders shows its state"
        "der Auftrag ist \"{0}\", {1} ist nicht mehr möglich; fetchOrders zeigt seinen Stand";
    5004 ORDER_NOT_CREATABLE Client
        "orders can only be created in the sub channel Telefonverkauf (4100); orders of a channel are collected by Kontor"
        "Aufträge können nur im Unterkanal Telefonverkauf (4100) angelegt werden; Aufträge eines Kanals sammelt Kontor ein";
    5005 OFFER_STATE Client
        "offer {0} is {1}; {2} is only possible when it is {3}"
        "das Angebot {0} ist {1}; {2} ist nur möglich, wenn es {3} ist";
    5006 STOCK_OVERFLOW Client
        "the booking would make the stock {0}, outside -2147483648 to 2147483647; correct the quantity"
        "die Buchung ergäbe den Bestand {0}, außerhalb von -2147483648 bis 2147483647; berichtigen Sie die Menge";
    5007 OFFER_INCOMPLETE Client
        "the offer cannot be listed: {0}; fetchUploadMessages says what to send"
        "das Angebot kann nicht eingestellt werden: {0}; fetchUploadMessages nennt, was zu senden ist";
    5008 NO_ACCOUNT_PUSH Client
        "account {0} is not active; activate it in the configuration"
        "das Konto {0} ist nicht aktiv; aktivieren Sie es in der Konfiguration";
    5009 MORE_THAN_OPEN Client
        "{0} pieces, but only {1} are open; fetchOrders shows what was shipped and cancelled"
        "{0} Stück, aber nur {1} sind offen; fetchOrders zeigt, was versendet und storniert ist";
    5010 CONTENTS_IN_PART Client
        "only {0} of {1} packages name their contents; name them in every package, or in none to ship everything open"
        "nur {0} von {1} Paketen nennen ihren Inhalt; nennen Sie ihn in jedem Paket, oder in keinem, um alles Offene zu versenden";
    5011 PACKAGE_WITHOUT_NUMBER Client
        "a package with contents needs {field:external_packet_number} or {field:tracking_number}, else a repeated call would ship it twice"
        "ein Paket mit Inhalt braucht {field:external_packet_number} oder {field:tracking_number}, sonst würde ein wiederholter Aufruf es zweimal versenden";
    5012 PACKAGE_DIFFERS Client
        "package \"{0}\" was shipped with other contents; use a new number for a new package"
        "das Paket \"{0}\" wurde mit anderem Inhalt versendet; verwenden Sie für ein neues Paket eine neue Nummer";
    5013 POSITIONS_MISPLACED Client
        "{0} does not read positions here; send them as {1}"
        "{0} liest Positionen hier nicht; senden Sie sie als {1}";
    5014 POSITION_FIXED Client
        "the value \"{0}\" differs from \"{1}\", and positions of an existing order do not change; leave it out, or use {field:cancelled_quantity} and {field:returned_quantity}"
        "der Wert \"{0}\" weicht von \"{1}\" ab, und Positionen eines bestehenden Auftrags ändern sich nicht; lassen Sie ihn weg, oder verwenden Sie {field:cancelled_quantity} und {field:returned_quantity}";
    5015 CUMULATIVE Client
        "{0} is not possible, expected {1} to {2}: the number counts all pieces so far"
        "{0} ist nicht möglich, erwartet wird {1} bis {2}: die Zahl zählt alle bisherigen Stücke";
    5016 ORDER_CURRENCY Client
        "the record is in \"{0}\", but the order is in {1}; send amounts in {1}, or leave {field:currency_code_iso} out"
        "der Datensatz ist in \"{0}\", der Auftrag aber in {1}; senden Sie Beträge in {1}, oder lassen Sie {field:currency_code_iso} weg";
    5017 POSITION_KEYS_DIFFER Client
        "\"{0}\" does not belong to the position that the record names, which has \"{1}\" there; send keys of one position, or only one key"
        "\"{0}\" gehört nicht zu der Position, die der Datensatz nennt, dort steht \"{1}\"; senden Sie Schlüssel einer Position, oder nur einen Schlüssel";
    5018 TOO_MANY_ADDRESSES Client
        "a customer can have at most {0} delivery addresses; send fewer, remove some, or change one by its {field:address_id}"
        "ein Kunde kann höchstens {0} Lieferadressen haben; senden Sie weniger, entfernen Sie welche, oder ändern Sie eine über ihre {field:address_id}";
    5019 TAKEN Client
        "{0} belongs to another record already; choose another, or address that record by it"
        "{0} gehört schon zu einem anderen Datensatz; wählen Sie etwas anderes, oder sprechen Sie diesen Datensatz damit an";
    5020 SET_IN_CONFIGURATION Client
        "{0} is set in the configuration file; have the admin change it there"
        "{0} steht in der Konfigurationsdatei; lassen Sie es dort ändern";
    5021 SKU_TAKEN Client
        "item {0} has the item number \"{1}\" and an offer in account {2} already; two articles cannot be offered under one SKU"
        "der Artikel {0} hat die Artikelnummer \"{1}\" und bereits ein Angebot im Konto {2}; zwei Artikel können nicht unter einer SKU angeboten werden";
    5030 PLATFORM_DIFFERS Client
        "order {0} belongs to the platform \"{1}\", not to \"{2}\"; send it under the name of its platform, or without one"
        "der Auftrag {0} gehört zur Plattform \"{1}\", nicht zu \"{2}\"; senden Sie ihn unter dem Namen seiner Plattform oder ohne einen";
    5031 NO_CHANNEL Client
        "order {0} is of no channel, so there is nobody to report to; change it with updateOrders or updateOrderStatus"
        "der Auftrag {0} ist aus keinem Kanal, also ist niemandem etwas zu melden; ändern Sie ihn mit updateOrders oder updateOrderStatus";
    5032 CREDIT_DIFFERS Client
        "credit entry \"{0}\" exists with other contents; use a new number for a new credit entry"
        "die Gutschrift \"{0}\" gibt es mit anderem Inhalt; verwenden Sie für eine neue Gutschrift eine neue Nummer";
    5033 CREDIT_CURRENCY Client
        "the currency {0} is not that of the order, {1}; send the amount in {1}"
        "die Währung {0} ist nicht die des Auftrags, {1}; senden Sie den Betrag in {1}";
    5034 CREDIT_TOO_MUCH Client
        "{0} is too much: of {2}, only {1} can still go back; send less"
        "{0} ist zu viel: von {2} können nur noch {1} erstattet werden; senden Sie weniger";
    5035 MORE_THAN_REFUNDABLE Client
        "{0} pieces, but the money of only {1} can still go back; fetchOrders shows {field:refunded_quantity}"
        "{0} Stück, aber nur für {1} kann noch Geld erstattet werden; fetchOrders zeigt {field:refunded_quantity}";
    5036 NOT_PAID Client
        "order {0} is not paid, so no money can go back; report PAID with updateOrderStatus first"
        "der Auftrag {0} ist nicht bezahlt, also kann kein Geld erstattet werden; melden Sie zuerst PAID mit updateOrderStatus";
    5037 STATUS_CONTRADICTS Client
        "the order cannot be \"{0}\": that contradicts which of its pieces are open, shipped and cancelled; report what happened with updateOrderStatus, or correct the quantities first"
        "der Auftrag kann nicht \"{0}\" sein: das widerspricht dem, was von ihm offen, versendet und storniert ist; melden Sie das Geschehene mit updateOrderStatus, oder berichtigen Sie zuerst die Mengen";
    5038 NEW_POSITION Client
        "{0} pieces cannot be cancelled or back already in a new order; leave the field out, and report it with a later call"
        "{0} Stück können bei einem neuen Auftrag noch nicht storniert oder zurück sein; lassen Sie das Feld weg, und melden Sie es mit einem späteren Aufruf";
    5040 TOO_MANY_VALUES Client
        "the attribute would have {0} values, at most {1} are possible; remove some, or all: then any value is allowed"
        "das Attribut hätte {0} Werte, höchstens {1} sind möglich; entfernen Sie welche oder alle: dann ist jeder Wert erlaubt";
    5041 COMPONENT_IS_SET Client
        "\"{0}\" is composed of others itself, so it cannot be a component; name the articles that it is composed of"
        "\"{0}\" ist selbst aus anderen zusammengesetzt und kann keine Komponente sein; nennen Sie die Artikel, aus denen er besteht";
    5042 SET_IS_COMPONENT Client
        "\"{0}\" is a component of a set, so it cannot be composed of others; take it out of that set first"
        "\"{0}\" ist Komponente eines Sets und kann nicht aus anderen zusammengesetzt sein; nehmen Sie ihn zuerst aus diesem Set";
    5043 NO_CHANNEL_CATEGORIES Client
        "no categories of the accounts {0} are known: their channels have none, or they were not read yet; repeat it later, fetchAccounts lists the accounts"
        "von den Konten {0} sind keine Kategorien bekannt: ihre Kanäle haben keine, oder sie wurden noch nicht gelesen; wiederholen Sie es später, fetchAccounts nennt die Konten";
    5050 PAYMENT_DIFFERS Client
        "the payment is known with {0} \"{1}\", not \"{2}\"; use a new key for another payment"
        "die Zahlung ist mit {0} \"{1}\" bekannt, nicht mit \"{2}\"; verwenden Sie für eine andere Zahlung einen neuen Schlüssel";
    5051 PAYMENT_TOO_MUCH Client
        "{0} cannot be assigned: of the payment {1} is open, of the order {2}; send a smaller amount, or choose another order"
        "{0} kann nicht zugeordnet werden: von der Zahlung ist {1} offen, vom Auftrag {2}; senden Sie einen kleineren Betrag, oder wählen Sie einen anderen Auftrag";
    5052 PAYMENT_CURRENCY Client
        "the payment is in {0}, the order in {1}; Kontor does not convert, so report PAID with updateOrderStatus if the order is paid"
        "die Zahlung ist in {0}, der Auftrag in {1}; Kontor rechnet nicht um, melden Sie also PAID mit updateOrderStatus, wenn der Auftrag bezahlt ist";
    5053 PAYMENT_STATE Client
        "the payment is \"{0}\", so it cannot become \"{1}\"; a waiting one can become no_order, one that is assigned in part assigned, and each waiting again"
        "die Zahlung ist \"{0}\" und kann nicht \"{1}\" werden; eine wartende kann no_order werden, eine teilweise zugeordnete assigned, und jede wieder waiting";
    5054 PAYMENT_DECIMALS Client
        "{0} is not an amount in {1}, which has {2} decimals; send the exact amount"
        "{0} ist kein Betrag in {1} mit {2} Nachkommastellen; senden Sie den genauen Betrag";
    5055 PAYMENT_NOT_ASSIGNED Client
        "payment {0} is not assigned to order {1}; fetchPayments shows its orders"
        "die Zahlung {0} ist dem Auftrag {1} nicht zugeordnet; fetchPayments zeigt ihre Aufträge";
    5056 PAYMENT_TAKEN Client
        "{0} \"{1}\" belongs to payment {2}; use a number of its own for each payment, or address that payment by it"
        "{0} \"{1}\" gehört zur Zahlung {2}; verwenden Sie für jede Zahlung eine eigene Nummer, oder sprechen Sie diese Zahlung damit an";
    5057 PAYMENT_KEY_SHARED Client
        "{0} payments have {1} \"{2}\"; name one by its {field:payment_id} or {field:external_id}"
        "{0} Zahlungen haben {1} \"{2}\"; nennen Sie eine mit {field:payment_id} oder {field:external_id}";
    5058 NO_TRANSFER Client
        "Kontor cannot send money of payment {0} back: {1}; send it where it came in, and report it with updatePayments"
        "Kontor kann Geld der Zahlung {0} nicht zurücksenden: {1}; senden Sie es dort, wo es ankam, und melden Sie es mit updatePayments";
    5059 TRANSFER_TOO_MUCH Client
        "{0} is too much: of the payment of {1}, the order has {2}; send less"
        "{0} ist zu viel: von der Zahlung über {1} hat der Auftrag {2}; senden Sie weniger";
    5060 MESSAGE_DIFFERS Client
        "message \"{0}\" exists with other contents; use a new number for a new message"
        "die Nachricht \"{0}\" gibt es mit anderem Inhalt; verwenden Sie für eine neue Nachricht eine neue Nummer";
    5061 MESSAGE_READ Client
        "only messages of buyers can become read, and none can become unread; send true for a received message, or leave it out"
        "nur Nachrichten von Käufern können gelesen werden, und keine wird wieder ungelesen; senden Sie true für eine empfangene, oder lassen Sie es weg";
    5070 DOCUMENT_DIFFERS Client
        "the order has a document \"{0}\" of this type with other content; send a new number for a new document"
        "der Auftrag hat ein Dokument \"{0}\" dieser Art mit anderem Inhalt; senden Sie für ein neues Dokument eine neue Nummer";
    5071 TOO_MANY_DOCUMENTS Client
        "order {0} would have {1} documents, at most {2} are kept; send fewer"
        "der Auftrag {0} hätte {1} Dokumente, höchstens {2} werden aufbewahrt; senden Sie weniger";
    5072 SELLER_MISSING Client
        "Kontor makes no documents for mandator {0}, because the configuration does not say who sells; have the admin add it to [[sellers]]"
        "Kontor erstellt für den Mandanten {0} keine Dokumente, weil die Konfiguration den Verkäufer nicht nennt; lassen Sie ihn unter [[sellers]] eintragen";
    5073 INVOICE_LACKS Client
        "the document needs {0}; send it with updateOrders or updateOrderStatus"
        "das Dokument braucht {0}; senden Sie das mit updateOrders oder updateOrderStatus";
    5074 EXTERNAL_INVOICING Client
        "order {0} has the tag {1}, so it gets no invoice of Kontor; remove the tag, or send your own with updateOrderDocuments"
        "der Auftrag {0} hat das Kennzeichen {1} und bekommt keine Rechnung von Kontor; entfernen Sie es, oder senden Sie Ihre eigene mit updateOrderDocuments";
    5075 INVOICE_TOTAL Client
        "the positions come to {0}, but the buyer pays {1}; correct positions, charges, coupons or tax rates of the order"
        "die Positionen ergeben {0}, der Käufer zahlt aber {1}; berichtigen Sie Positionen, Gebühren, Gutscheine oder Steuersätze des Auftrags";
    5076 NO_INVOICE Client
        "order {0} has no invoice of Kontor to be corrected; create it with createOrderDocuments first"
        "der Auftrag {0} hat keine Rechnung von Kontor, die zu berichtigen wäre; erstellen Sie sie zuerst mit createOrderDocuments";
    5077 NOTHING_ON_DOCUMENT Client
        "order {0} has no pieces for this document; fetchOrders shows what was cancelled and shipped"
        "der Auftrag {0} hat keine Stücke für dieses Dokument; fetchOrders zeigt, was storniert und versendet ist";
    5078 DOCUMENT_NOT_MADE Client
        "Kontor makes invoices, credit notes and delivery notes, not \"{0}\"; send one of them"
        "Kontor erstellt Rechnungen, Rechnungskorrekturen und Lieferscheine, nicht \"{0}\"; senden Sie eines davon";
    5079 INVOICE_CREDITED Client
        "{0} is too much for a credit note: of invoice {1}, only {2} is left; credit less"
        "{0} ist zu viel für eine Rechnungskorrektur: von der Rechnung {1} sind nur noch {2} übrig; schreiben Sie weniger gut";
    5080 NOT_ON_INVOICE Client
        "invoice {0} does not have as many pieces of position {1} left; credit an amount instead"
        "die Rechnung {0} hat nicht mehr so viele Stücke der Position {1}; schreiben Sie stattdessen einen Betrag gut";
    5081 LABEL_DIFFERS Client
        "label \"{0}\" exists with another order, carrier, package, weight, size, service, sender or contents; use a new number for a new label, or cancel that one first with confirmShippingLabels"
        "das Label \"{0}\" gibt es mit anderem Auftrag, Versanddienst, Paket, Gewicht, Maß, Service, Absender oder Inhalt; verwenden Sie für ein neues Label eine neue Nummer, oder stornieren Sie jenes zuerst mit confirmShippingLabels";
    5082 LABEL_STATE Client
        "the label is \"{0}\", so {1} is not possible; fetchShippingLabels shows its state"
        "das Label ist \"{0}\", {1} ist also nicht möglich; fetchShippingLabels zeigt seinen Stand";
    5083 LABEL_LACKS Client
        "order {0} has no {1} for a label; send it with updateOrders"
        "der Auftrag {0} hat keine Angabe {1} für ein Label; senden Sie sie mit updateOrders";
    5084 PACKAGE_LABELLED Client
        "package {0} has label {1} already; cancel that one first with confirmShippingLabels, or, if it is confirmed, send a new {field:external_label_number} for another parcel"
        "das Paket {0} hat schon das Label {1}; stornieren Sie jenes zuerst mit confirmShippingLabels, oder senden Sie, wenn es bestätigt ist, für eine weitere Sendung eine neue {field:external_label_number}";
    5085 ACCOUNT_PLATFORM Client
        "account {0} is of the platform \"{1}\", not of \"{2}\"; name the element after that platform, or after none"
        "das Konto {0} gehört zur Plattform \"{1}\", nicht zu \"{2}\"; nennen Sie das Element nach jener Plattform oder nach keiner";
    5086 PIECES_LABELLED Client
        "{0} pieces, but {1} are in labels already ({2}), and there are not enough for both; name fewer pieces, or cancel those labels first with confirmShippingLabels"
        "{0} Stück, aber {1} sind schon in Labels ({2}), und für beides reicht es nicht; nennen Sie weniger Stück, oder stornieren Sie jene Labels zuerst mit confirmShippingLabels";
    5087 NOTHING_TO_SHIP Client
        "nothing of order {0} is open, so the parcel has no pieces; for a package that was reported already, send its packet_id with createShippingLabels"
        "vom Auftrag {0} ist nichts mehr offen, das Paket hat also keinen Inhalt; für ein schon gemeldetes Paket senden Sie dessen packet_id mit createShippingLabels";
    5090 FEEDS_OFF Client
        "what goes to channels and comes from them is not kept; the admin can have it kept with dispatch.keep_feeds_days in the configuration"
        "was an Kanäle geht und von ihnen kommt, wird nicht aufbewahrt; der Administrator kann das mit dispatch.keep_feeds_days in der Konfiguration einschalten";
    5097 NOT_MOVED Client
        "the record was not taken over: {0}; put it right in the source or here, and import again"
        "der Datensatz wurde nicht übernommen: {0}; berichtigen Sie ihn in der Quelle oder hier und importieren Sie erneut";
    5098 MOVE_MISSING Client
        "{0} {1} of the source is not here; the import says why, put that right and import again"
        "{0} {1} der Quelle gibt es hier nicht; der Import nennt den Grund, beheben Sie ihn und importieren Sie erneut";
    5099 MOVE_SHARED Client
        "the record has the same key as record {0} of the source, which has number {1} here; give one of them another key in the source"
        "der Datensatz hat denselben Schlüssel wie der Datensatz {0} der Quelle, der hier die Nummer {1} hat; geben Sie einem von beiden in der Quelle einen anderen Schlüssel";
}
