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
    5040 TOO_MANY_VALUES Client
        "the attribute would have {0} values, at most {1} are possible; remove some, or all: then any value is allowed"
        "das Attribut hätte {0} Werte, höchstens {1} sind möglich; entfernen Sie welche oder alle: dann ist jeder Wert erlaubt";
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
        "the payment is \"{0}\", so it cannot become \"{1}\"; only waiting payments can become no_order, the other states follow from assignments"
        "die Zahlung ist \"{0}\" und kann nicht \"{1}\" werden; nur wartende Zahlungen können no_order werden, die übrigen Zustände folgen aus Zuordnungen";
}
