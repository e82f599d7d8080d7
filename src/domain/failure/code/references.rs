//! 4000: what a record refers to.

codes! {
    4001 UNKNOWN_ITEM Client
        "no item has {0} \"{1}\" in mandator {2}; create it with updateItems first"
        "kein Artikel hat {0} \"{1}\" im Mandanten {2}; legen Sie ihn zuerst mit updateItems an";
    4002 AMBIGUOUS Client
        "{0} records have {1} \"{2}\"; name the one that is meant by {3}"
        "{0} Datensätze haben {1} \"{2}\"; nennen Sie den gemeinten mit {3}";
    4003 UNKNOWN_WAREHOUSE Client
        "warehouse \"{0}\" does not exist in mandator {1}; fetchWarehouses lists them"
        "das Lager \"{0}\" gibt es im Mandanten {1} nicht; fetchWarehouses nennt alle";
    4004 UNKNOWN_CATEGORY Client
        "category \"{0}\" does not exist in mandator {1}; create it with updateCategories first"
        "die Warengruppe \"{0}\" gibt es im Mandanten {1} nicht; legen Sie sie zuerst mit updateCategories an";
    4005 UNKNOWN_MANDATOR Client
        "mandator {0} does not exist; fetchMandators lists them"
        "den Mandanten {0} gibt es nicht; fetchMandators nennt alle";
    4006 UNKNOWN_ACCOUNT Client
        "account \"{0}\" does not exist in {1}; fetchAccounts lists them"
        "das Konto \"{0}\" gibt es in {1} nicht; fetchAccounts nennt alle";
    4007 UNKNOWN_PARENT Client
        "the variant parent \"{0}\" does not exist in mandator {1}; send the parent before its variants"
        "den Elternartikel \"{0}\" gibt es im Mandanten {1} nicht; senden Sie ihn vor seinen Varianten";
    4008 UNKNOWN_ORDER Client
        "no order has {0} \"{1}\" in mandator {2}; fetchOrders lists them with their {field:account_id}"
        "kein Auftrag hat {0} \"{1}\" im Mandanten {2}; fetchOrders nennt alle mit ihrer {field:account_id}";
    4009 UNKNOWN_OFFER Client
        "offer {0} does not exist; prepareOffers creates offers, fetchOffers lists them"
        "das Angebot {0} gibt es nicht; prepareOffers legt Angebote an, fetchOffers nennt alle";
    4011 UNKNOWN_KEY Client
        "no record has {0} \"{1}\", and none is created under that key; check it with the fetch call, or create one by another {field:significant_key}"
        "kein Datensatz hat {0} \"{1}\", und unter diesem Schlüssel wird keiner angelegt; prüfen Sie ihn mit dem fetch-Aufruf, oder legen Sie einen mit einem anderen {field:significant_key} an";
    4012 UNKNOWN_SUB_CHANNEL Client
        "sub channel \"{0}\" does not exist; fetchSubChannels lists them"
        "den Unterkanal \"{0}\" gibt es nicht; fetchSubChannels nennt alle";
    4013 UNKNOWN_NOTICE Client
        "the order has no notice {0}; fetchOrders shows its notices"
        "der Auftrag hat keine Notiz {0}; fetchOrders zeigt seine Notizen";
    4014 UNKNOWN_ITEMS_LISTED Client
        "{0} entries name item numbers that do not exist: {1}; the other entries were stored, create these items first"
        "{0} Einträge nennen unbekannte Artikelnummern: {1}; die übrigen wurden gespeichert, legen Sie diese Artikel zuerst an";
    4020 UNKNOWN_ACCOUNT_CATEGORY Client
        "account {1} has no category \"{0}\"; create it with updateAccountCategories, fetchAccountCategories lists them"
        "das Konto {1} hat keine Kategorie \"{0}\"; legen Sie sie mit updateAccountCategories an, fetchAccountCategories nennt alle";
    4021 UNKNOWN_CHANGE Client
        "no change \"{0}\" is on its way in mandator {1}, it may have arrived meanwhile; fetchPendingChanges lists all there are"
        "im Mandanten {1} ist keine Änderung \"{0}\" unterwegs, sie kann inzwischen angekommen sein; fetchPendingChanges nennt alle";
    4022 UNKNOWN_POSITION Client
        "the order has no position with {0} \"{1}\"; fetchOrders shows its positions"
        "der Auftrag hat keine Position mit {0} \"{1}\"; fetchOrders zeigt seine Positionen";
    4023 UNKNOWN_ORDER_CHANGE Client
        "change {0} is none of this order; fetchOrders lists its changes"
        "die Änderung {0} gehört nicht zu diesem Auftrag; fetchOrders nennt seine Änderungen";
    4024 UNKNOWN_ADDRESS Client
        "the customer has no delivery address {0}; fetchCustomers lists its addresses"
        "der Kunde hat keine Lieferadresse {0}; fetchCustomers nennt seine Adressen";
    4025 UNKNOWN_CUSTOMER Client
        "no customer has {0} \"{1}\" in mandator {2}; fetchCustomers lists them, and a new customer needs no {0}"
        "kein Kunde hat {0} \"{1}\" im Mandanten {2}; fetchCustomers nennt alle, und ein neuer Kunde braucht kein {0}";
    4026 UNKNOWN_CUSTOMER_GROUP Client
        "the customer group \"{0}\" does not exist in mandator {1}; fetchCustomerGroups lists them, updateCustomerGroups creates them"
        "die Kundengruppe \"{0}\" gibt es im Mandanten {1} nicht; fetchCustomerGroups nennt alle, updateCustomerGroups legt sie an";
    4027 UNKNOWN_PAYMENT_METHOD Client
        "the payment method \"{0}\" does not exist; fetchPaymentMethods lists them, and the admin adds them in the configuration"
        "die Zahlungsart \"{0}\" gibt es nicht; fetchPaymentMethods nennt alle, und der Administrator ergänzt sie in der Konfiguration";
    4028 CUSTOMER_NOT_SENT Client
        "customer {0} is not sent: {1}; fetchCustomers shows {field:account_id}"
        "der Kunde {0} wird nicht gesendet: {1}; fetchCustomers zeigt {field:account_id}";
    4029 COUPON_NOT_SENT Client
        "coupon {0} is not sent: {1}; fetchCoupons shows the coupons of a mandator"
        "der Gutschein {0} wird nicht gesendet: {1}; fetchCoupons zeigt die Gutscheine eines Mandanten";
    4030 UNKNOWN_ASSEMBLY Client
        "the assembly \"{0}\" does not exist in mandator {1}; send it with updateEpaAssemblies first, parents before their children"
        "die Baugruppe \"{0}\" gibt es im Mandanten {1} nicht; senden Sie sie zuerst mit updateEpaAssemblies, übergeordnete vor untergeordneten";
    4040 UNKNOWN_PAYMENT Client
        "no payment has {0} \"{1}\" in mandator {2}; fetchPayments lists them"
        "keine Zahlung hat {0} \"{1}\" im Mandanten {2}; fetchPayments nennt alle";
    4042 UNKNOWN_PACKAGE Client
        "order {0} has no package {1}; fetchOrders shows its packages"
        "der Auftrag {0} hat kein Paket {1}; fetchOrders zeigt seine Pakete";
    4043 UNKNOWN_CREDIT Client
        "order {0} has no credit entry \"{1}\" whose money went back; create it with createCreditEntry first"
        "der Auftrag {0} hat keine Gutschrift \"{1}\", deren Geld zurückging; legen Sie sie zuerst mit createCreditEntry an";
    4044 UNKNOWN_LABEL Client
        "no label has {0} \"{1}\" in mandator {2}; fetchShippingLabels lists them"
        "kein Label hat {0} \"{1}\" im Mandanten {2}; fetchShippingLabels nennt alle";
    4045 UNKNOWN_CARRIER Client
        "account \"{0}\" at a carrier does not exist in mandator {1}, but: {2}; name one of them, or have the admin add it to [[carriers]]"
        "das Konto \"{0}\" bei einem Versanddienst gibt es im Mandanten {1} nicht, sondern: {2}; nennen Sie eines davon, oder lassen Sie es unter [[carriers]] eintragen";
    4046 UNKNOWN_MEDIA_TYPE Client
        "mandator {1} has no kind of file {0}; fetchMediaModuleType lists them, and the admin defines them in the configuration"
        "im Mandanten {1} gibt es die Dateiart {0} nicht; fetchMediaModuleType nennt alle, der Administrator legt sie in der Konfiguration an";
    4047 NO_SUCH_PLATFORM Client
        "no account in {1} is of the platform \"{0}\"; there is: {2}; name a platform that is there, or none"
        "kein Konto in {1} gehört zur Plattform \"{0}\"; es gibt dort: {2}; nennen Sie eine Plattform, die es gibt, oder keine";
    4048 CARRIER_NOT_NAMED Client
        "it is not clear which account at a carrier is meant, because mandator {0} has {1}"
        "es ist nicht klar, welches Konto bei einem Versanddienst gemeint ist, denn der Mandant {0} hat {1}";
    4050 UNKNOWN_MESSAGE Client
        "no message has {0} \"{1}\" in mandator {2}; fetchMessages lists them"
        "keine Nachricht hat {0} \"{1}\" im Mandanten {2}; fetchMessages nennt alle";
}
