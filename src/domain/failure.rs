//! The one table of error codes. Every refusal Kontor gives on either face is one of these; `docs/ERRORS.md` has a
//! section for each (a test compares them).

mod refusal;
mod row;

pub use refusal::Failure;
pub use row::{Blame, Code, Taking};

use super::wording::argument_count;
use row::agree;

macro_rules! codes {
    ($($number:literal $name:ident $blame:ident $en:literal $de:literal;)*) => {
        /// The codes by name.
        pub mod code {
            use super::{Blame, Code, Taking, agree, argument_count};
            $(
                pub const $name: Taking<{ argument_count($en) }> =
                    Taking(&Code { number: $number, name: stringify!($name), blame: Blame::$blame, en: $en, de: $de });
                const _: () = assert!(agree($en, $de), concat!(stringify!($name), ": the texts do not use the same arguments"));
            )*
            /// All codes in the order of their numbers.
            pub const ALL: &[&Code] = &[$($name.0),*];
        }
    };
}

codes! {
    // 1000: the way in
    1001 UNAUTHENTICATED Credentials
        "user name or password is wrong or missing; send HTTP Basic credentials of a user in the configuration"
        "Benutzername oder Passwort fehlt oder ist falsch; senden Sie HTTP-Basic-Zugangsdaten eines konfigurierten Benutzers";
    1002 FORBIDDEN_OPERATION Client
        "user \"{0}\" may only read; \"{1}\" changes data and needs the role erp or admin"
        "Benutzer \"{0}\" darf nur lesen; \"{1}\" ändert Daten und verlangt die Rolle erp oder admin";
    1003 FORBIDDEN_MANDATOR Client
        "no right for mandator {0}; use a mandator that fetchMandators lists, or have the admin add it to the user"
        "kein Recht für Mandant {0}; verwenden Sie einen Mandanten aus fetchMandators oder lassen Sie ihn beim Benutzer eintragen";
    1004 TOO_LARGE Size
        "the request is larger than {0} bytes; send fewer records per call (limits.{1} in the configuration)"
        "die Anfrage ist größer als {0} Bytes; senden Sie weniger Datensätze je Aufruf (limits.{1} in der Konfiguration)";
    1005 METHOD_NOT_ALLOWED Method
        "HTTP method {0} is not served here; send POST for a call or GET with ?wsdl for the description"
        "die HTTP-Methode {0} gibt es hier nicht; senden Sie POST für einen Aufruf oder GET mit ?wsdl für die Beschreibung";
    1006 UNSUPPORTED_MEDIA Media
        "content type \"{0}\" cannot be read; send text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2)"
        "der Inhaltstyp \"{0}\" kann nicht gelesen werden; senden Sie text/xml (SOAP 1.1) oder application/soap+xml (SOAP 1.2)";
    1007 UNSUPPORTED_ENCODING Media
        "the encoding \"{0}\" cannot be read; send UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 or Windows-1252, plain or gzip"
        "die Kodierung \"{0}\" kann nicht gelesen werden; senden Sie UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 oder Windows-1252, unkomprimiert oder gzip";
    1008 UNDECODABLE_BODY Client
        "the body is not valid {0}: {1}; send what the Content-Type and the XML declaration promise"
        "der Inhalt ist kein gültiges {0}: {1}; senden Sie, was Content-Type und XML-Deklaration ankündigen";
    1009 INCOMPLETE_BODY Client
        "the body could not be read to its end: {0}; repeat the call"
        "der Inhalt konnte nicht vollständig gelesen werden: {0}; wiederholen Sie den Aufruf";
    1010 KEY_REUSED Client
        "the idempotency key \"{0}\" was used before with another document; use a new key for each call"
        "der Idempotenzschlüssel \"{0}\" wurde schon mit einem anderen Dokument verwendet; verwenden Sie je Aufruf einen neuen";
    1011 TOKEN_REFUSED Security
        "user name or password of the UsernameToken is wrong, or this user may not send one of this kind; check them and the user's ws_security"
        "Benutzername oder Passwort des UsernameToken ist falsch, oder der Benutzer darf keins dieser Art senden; prüfen Sie beides und ws_security des Benutzers";
    1012 TOKEN_EXPIRED Security
        "the message is bound to the time {0}, but here it is {1}; make a new one, and set the sender's clock if it differs by more than five minutes"
        "die Nachricht ist an die Zeit {0} gebunden, hier ist es aber {1}; erzeugen Sie eine neue, und stellen Sie die Uhr des Absenders, wenn sie mehr als fünf Minuten abweicht";
    1013 TOKEN_UNREADABLE Security
        "the WS-Security header cannot be used: {0}; send one UsernameToken, with or without a Timestamp"
        "der WS-Security-Header ist nicht verwendbar: {0}; senden Sie ein UsernameToken, mit oder ohne Timestamp";
    1014 TOKEN_REPEATED Security
        "the nonce of the UsernameToken was used before; make a new token for each message, also for a repeated call"
        "die Nonce des UsernameToken wurde schon verwendet; erzeugen Sie je Nachricht ein neues, auch bei einem wiederholten Aufruf";
    1015 BROKEN_MULTIPART Client
        "the message in parts cannot be read: {0}; send multipart/related as MTOM describes it, or switch MTOM off"
        "die mehrteilige Nachricht kann nicht gelesen werden: {0}; senden Sie multipart/related, wie MTOM es beschreibt, oder schalten Sie MTOM ab";
    1020 TOO_LARGE_FOR_MEMORY Size
        "the call needs {0} bytes of memory, and all calls together may take {1}; send fewer records per call (limits.memory_bytes in the configuration)"
        "der Aufruf benötigt {0} Bytes Speicher, alle Aufrufe zusammen dürfen {1} belegen; senden Sie weniger Datensätze je Aufruf (limits.memory_bytes in der Konfiguration)";
    1021 LOGIN_PAUSED Pause
        "too many wrong logins came from this address; correct user name and password, and repeat the call after {0} seconds"
        "von dieser Adresse kamen zu viele falsche Anmeldungen; berichtigen Sie Benutzername und Passwort und wiederholen Sie den Aufruf nach {0} Sekunden";
    1022 NO_MEDIA Media
        "the header Content-Type is missing; send text/xml; charset=utf-8 (SOAP 1.1) or application/soap+xml; charset=utf-8 (SOAP 1.2)"
        "der Header Content-Type fehlt; senden Sie text/xml; charset=utf-8 (SOAP 1.1) oder application/soap+xml; charset=utf-8 (SOAP 1.2)";
    1023 INFLATES_TOO_MUCH Size
        "the gzip body decompresses to more than {0} times its bytes as sent; send it without gzip, or fewer records per call, at most {1} bytes before compression (limits.inflated_ratio in the configuration)"
        "der gzip-Inhalt ergibt dekomprimiert mehr als das {0}-Fache seiner Bytes; senden Sie ihn ohne gzip oder weniger Datensätze je Aufruf, höchstens {1} Bytes vor der Kompression (limits.inflated_ratio in der Konfiguration)";
    // 2000: XML and SOAP
    2001 MALFORMED_XML Client
        "not well-formed XML at line {0}, column {1}: {2}; send one well-formed document"
        "kein wohlgeformtes XML in Zeile {0}, Spalte {1}: {2}; senden Sie ein wohlgeformtes Dokument";
    2002 DOCTYPE_REFUSED Client
        "there is a DOCTYPE at line {0}; document type definitions are refused, leave it out"
        "ein DOCTYPE steht in Zeile {0}; Dokumenttyp-Definitionen werden abgelehnt, lassen Sie ihn weg";
    2003 XML_LIMIT Client
        "the document exceeds the limit of {0} {1} at line {2}; send a smaller or flatter document (limits.{3} in the configuration)"
        "das Dokument überschreitet in Zeile {2} die Grenze von {0} {1}; senden Sie ein kleineres oder flacheres Dokument (limits.{3} in der Konfiguration)";
    2004 NOT_AN_ENVELOPE Client
        "the root element is \"{0}\", expected a SOAP Envelope; wrap the call in soap:Envelope and soap:Body"
        "das Wurzelelement ist \"{0}\", erwartet wird ein SOAP-Envelope; packen Sie den Aufruf in soap:Envelope und soap:Body";
    2005 VERSION_MISMATCH Version
        "the envelope namespace \"{0}\" is unknown; use http://schemas.xmlsoap.org/soap/envelope/ or http://www.w3.org/2003/05/soap-envelope"
        "der Envelope-Namensraum \"{0}\" ist unbekannt; verwenden Sie http://schemas.xmlsoap.org/soap/envelope/ oder http://www.w3.org/2003/05/soap-envelope";
    2006 NOT_UNDERSTOOD MustUnderstand
        "the header \"{0}\"{1} is marked mustUnderstand but is not known here; leave it out or unmark it"
        "der Header \"{0}\"{1} ist als mustUnderstand markiert, hier aber unbekannt; lassen Sie ihn oder die Markierung weg";
    2007 EMPTY_BODY Client
        "the SOAP Body is empty; put one operation element into it"
        "der SOAP-Body ist leer; geben Sie ein Operationselement hinein";
    2008 UNKNOWN_OPERATION Client
        "the operation \"{0}\" does not exist here; {1} lists all operations"
        "die Operation \"{0}\" gibt es hier nicht; {1} nennt alle Operationen";
    2009 WRONG_FACE Client
        "the body of \"{0}\" has the form of the other endpoint; send it to {1}, or use the form described at {2}"
        "der Inhalt von \"{0}\" hat die Form des anderen Endpunkts; senden Sie ihn an {1} oder verwenden Sie die unter {2} beschriebene Form";
    2010 MISSING_REQUEST Client
        "the operation \"{0}\" lacks its input \"{1}\"; put the request into it"
        "der Operation \"{0}\" fehlt ihre Eingabe \"{1}\"; geben Sie die Anfrage hinein";
    2011 UNSUPPORTED_VERSION Client
        "version \"{0}\" of \"{1}\" is not known; send 1.0.0"
        "Version \"{0}\" von \"{1}\" ist nicht bekannt; senden Sie 1.0.0";
    2012 SEVERAL_IN_BODY Client
        "the SOAP Body holds {0} elements (\"{1}\", \"{2}\"), but a call is one; send each call in an envelope of its own"
        "der SOAP-Body enthält {0} Elemente (\"{1}\", \"{2}\"), ein Aufruf ist aber eines; senden Sie jeden Aufruf in einem eigenen Envelope";
    2013 RPC_ENCODED Client
        "the message is RPC-encoded ({0}), only document/literal is read; set style=\"wrapped\" use=\"literal\" in Axis 1, style document and use literal in NuSOAP and PHP, soDocument and soLiteralParams in Delphi"
        "die Nachricht ist RPC-kodiert ({0}), gelesen wird nur document/literal; setzen Sie in Axis 1 style=\"wrapped\" use=\"literal\", in NuSOAP und PHP style document und use literal, in Delphi soDocument und soLiteralParams";
    2014 WRONG_NAMESPACE Client
        "\"{0}\" is in the namespace \"{1}\", which is not served here; send it in {2}, as {3} describes"
        "\"{0}\" steht im Namensraum \"{1}\", den es hier nicht gibt; senden Sie es in {2}, wie in {3} beschrieben";
    // 3000: the content of a record
    3001 MISSING Client
        "a value is missing; send {0}"
        "ein Wert fehlt; senden Sie {0}";
    3002 NOT_A_NUMBER Client
        "\"{0}\" is not a whole number from {1} to {2}; send whole units without separators"
        "\"{0}\" ist keine ganze Zahl von {1} bis {2}; senden Sie ganze Einheiten ohne Trennzeichen";
    3003 NOT_A_DECIMAL Client
        "\"{0}\" is not a decimal number; send digits with a dot, such as 10.50"
        "\"{0}\" ist keine Dezimalzahl; senden Sie Ziffern mit Punkt, etwa 10.50";
    3004 NOT_A_BOOLEAN Client
        "\"{0}\" is not a truth value; send true or false"
        "\"{0}\" ist kein Wahrheitswert; senden Sie true oder false";
    3005 NOT_A_TIME Client
        "\"{0}\" is not a point in time; send ISO 8601 such as 2026-01-31T12:00:00+01:00"
        "\"{0}\" ist kein Zeitpunkt; senden Sie ISO 8601, etwa 2026-01-31T12:00:00+01:00";
    3006 NOT_A_DATE Client
        "\"{0}\" is not a date; send YYYY-MM-DD"
        "\"{0}\" ist kein Datum; senden Sie JJJJ-MM-TT";
    3007 NOT_IN_LIST Client
        "\"{0}\" is not one of {1}; send one of them"
        "\"{0}\" ist keiner der Werte {1}; senden Sie einen davon";
    3008 TOO_LONG Client
        "the text has {0} characters, at most {1} are kept; shorten it"
        "der Text hat {0} Zeichen, höchstens {1} sind möglich; kürzen Sie ihn";
    3009 NOT_BASE64 Client
        "the content is not Base64: {0}; send standard Base64 with or without line breaks"
        "der Inhalt ist kein Base64: {0}; senden Sie übliches Base64 mit oder ohne Zeilenumbruch";
    3010 OUT_OF_RANGE Client
        "{0} is outside {1}; send a value within it"
        "{0} liegt außerhalb von {1}; senden Sie einen Wert innerhalb";
    3012 REPEATED Client
        "{0} occurs more than once; send it once"
        "{0} kommt mehrfach vor; senden Sie es einmal";
    3013 CYCLE Client
        "\"{0}\" would become its own ancestor; choose another parent"
        "\"{0}\" würde sein eigener Vorfahr; wählen Sie ein anderes Elternelement";
    3014 PERIOD_INCOMPLETE Client
        "a limited validity needs {0}; send {field:identifier}, {field:valid_from} and {field:valid_to} together, or none of them"
        "ein befristeter Zeitraum verlangt {0}; senden Sie {field:identifier}, {field:valid_from} und {field:valid_to} zusammen oder keines davon";
    3015 TOO_MANY_RECORDS Client
        "{0} entries are too many for one call, at most {1} are taken; split it into several calls (for records see limits.records)"
        "{0} Einträge sind zu viele für einen Aufruf, höchstens {1} werden angenommen; teilen Sie ihn auf (für Datensätze siehe limits.records)";
    3016 FILTER_REQUIRED Client
        "a filter with {field:mandator_id} is missing; send at least one filter with it"
        "ein Filter mit {field:mandator_id} fehlt; senden Sie mindestens einen";
    3017 FILTER_METHOD Client
        "the filter method \"{0}\" is not known for this field; use {1}"
        "die Filtermethode \"{0}\" ist für dieses Feld nicht bekannt; verwenden Sie {1}";
    3018 ANSWER_TOO_LARGE Client
        "the answer would hold {0} records, at most {1} fit into one; send a page size (…{field:_per_page}) and page, or narrower filters"
        "die Antwort hätte {0} Datensätze, höchstens {1} passen in eine; senden Sie eine Seitengröße (…{field:_per_page}) und page oder engere Filter";
    3019 HTML_NOT_ALLOWED Client
        "the text contains HTML (\"{0}\"), but its type allows plain text only; remove the markup, or allow it with updateTextModuleTypes"
        "der Text enthält HTML (\"{0}\"), sein Typ erlaubt aber nur reinen Text; entfernen Sie die Auszeichnung oder erlauben Sie sie mit updateTextModuleTypes";
    3020 TEMPLATE_BROKEN Client
        "the template is broken in line {0}: {1}; correct that line"
        "die Vorlage ist in Zeile {0} fehlerhaft: {1}; berichtigen Sie diese Zeile";
    3021 IGNORED_NAME Client
        "\"{0}\" is not known here and was ignored{1}; correct the name, or leave it out"
        "\"{0}\" ist hier nicht bekannt und wurde übergangen{1}; berichtigen Sie den Namen oder lassen Sie es weg";
    3022 IGNORED_REPEAT Client
        "\"{0}\" occurs more than once and only the first one counts; send it once"
        "\"{0}\" kommt mehrfach vor und nur das erste zählt; senden Sie es einmal";
    3023 IGNORED_TEXT Client
        "the text \"{0}\" is between elements and was ignored; put it into the element it belongs to"
        "der Text \"{0}\" steht zwischen Elementen und wurde übergangen; setzen Sie ihn in das Element, in das er gehört";
    3024 UNKNOWN_CONDITION Client
        "the condition \"{0}\" is not known{1}; without it the answer would hold too much, so correct the name or leave it out"
        "die Bedingung \"{0}\" ist nicht bekannt{1}; ohne sie enthielte die Antwort zu viel, also berichtigen Sie den Namen oder lassen Sie sie weg";
    3029 ANSWER_TOO_LONG Client
        "the answer would be larger than {0} bytes, and nothing of this call was stored; ask for smaller pages (…_per_page) or with narrower filters, or send fewer records per call (limits.answer_bytes in the configuration)"
        "die Antwort wäre größer als {0} Bytes, und nichts aus diesem Aufruf wurde gespeichert; fragen Sie kleinere Seiten (…_per_page) oder mit engeren Filtern ab oder senden Sie weniger Datensätze je Aufruf (limits.answer_bytes in der Konfiguration)";
    3030 IGNORED_MORE Client
        "{0} further names and texts were ignored and are not listed; correct the listed ones first"
        "{0} weitere Namen und Texte wurden übergangen und sind nicht aufgeführt; berichtigen Sie zuerst die aufgeführten";
    3040 CURSOR_UNKNOWN Client
        "\"{0}\" is not a cursor of {1} with these filters and this database; start again with an empty {field:changed_since}"
        "\"{0}\" ist kein Lesezeichen von {1} mit diesen Filtern und dieser Datenbank; beginnen Sie mit leerem {field:changed_since} neu";
    3041 CURSOR_TOO_OLD Client
        "the cursor is so old that deleted records since then are forgotten; start again with an empty {field:changed_since}, and drop what does not come"
        "das Lesezeichen ist so alt, dass seither gelöschte Datensätze vergessen sind; beginnen Sie mit leerem {field:changed_since} neu, und verwerfen Sie, was nicht kommt";
    3042 CURSOR_WITH_PAGE Client
        "{field:changed_since} reads on from a place and not from page {0}; leave {field:page} out"
        "{field:changed_since} liest ab einer Stelle weiter und nicht ab Seite {0}; lassen Sie {field:page} weg";
    // 4000: references
    4001 UNKNOWN_ITEM Client
        "no item has {0} \"{1}\" in mandator {2}; create it with updateItems first"
        "kein Artikel hat {0} \"{1}\" im Mandanten {2}; legen Sie ihn zuerst mit updateItems an";
    4002 AMBIGUOUS Client
        "{0} records have {1} \"{2}\"; use a key that is unique"
        "{0} Datensätze haben {1} \"{2}\"; verwenden Sie einen eindeutigen Schlüssel";
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
        "account \"{0}\" does not exist in mandator {1}; fetchAccounts lists them"
        "das Konto \"{0}\" gibt es im Mandanten {1} nicht; fetchAccounts nennt alle";
    4007 UNKNOWN_PARENT Client
        "the variant parent \"{0}\" does not exist in mandator {1}; send the parent before its variants"
        "den Elternartikel \"{0}\" gibt es im Mandanten {1} nicht; senden Sie ihn vor seinen Varianten";
    4008 UNKNOWN_ORDER Client
        "no order has {0} \"{1}\" in mandator {2}; fetchOrders lists them"
        "kein Auftrag hat {0} \"{1}\" im Mandanten {2}; fetchOrders nennt alle";
    4009 UNKNOWN_OFFER Client
        "offer {0} does not exist; prepareOffers creates offers, fetchOffers lists them"
        "das Angebot {0} gibt es nicht; prepareOffers legt Angebote an, fetchOffers nennt alle";
    4011 UNKNOWN_KEY Client
        "no record has {0} \"{1}\", and a new one cannot be created under that key; use another {field:significant_key}"
        "kein Datensatz hat {0} \"{1}\", und unter diesem Schlüssel kann keiner angelegt werden; verwenden Sie einen anderen {field:significant_key}";
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
        "change {0} belongs to another order; fetchOrders lists the changes of this one"
        "die Änderung {0} gehört zu einem anderen Auftrag; fetchOrders nennt die Änderungen von diesem";
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
    // 5000: state
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
    // 6000: channels
    6001 CHANNEL_REFUSED Client
        "the channel refused: {0}; fetchUploadMessages says more"
        "der Kanal hat abgelehnt: {0}; fetchUploadMessages nennt Näheres";
    // 9000: Kontor itself
    9001 INTERNAL Server
        "an internal error happened ({0}); nothing of this call was stored, repeat it later"
        "ein interner Fehler ist aufgetreten ({0}); nichts aus diesem Aufruf wurde gespeichert, wiederholen Sie ihn später";
    9002 DATABASE Server
        "the database does not answer ({0}); nothing of this call was stored, repeat it later"
        "die Datenbank antwortet nicht ({0}); nichts aus diesem Aufruf wurde gespeichert, wiederholen Sie ihn später";
    9003 OVERLOADED Server
        "too many calls are waiting; nothing of this call was stored, repeat it later"
        "zu viele Aufrufe warten; nichts aus diesem Aufruf wurde gespeichert, wiederholen Sie ihn später";
    9005 OUTCOME_UNKNOWN Server
        "the database did not answer the commit ({0}), so whether this call was stored is not known; repeat it unchanged, with the same Idempotency-Key if it had one"
        "die Datenbank hat den Abschluss nicht bestätigt ({0}), daher ist unbekannt, ob dieser Aufruf gespeichert wurde; wiederholen Sie ihn unverändert, gegebenenfalls mit demselben Idempotency-Key";
    9006 DATABASE_GONE Server
        "the database file {0} was moved, removed or replaced; nothing of this call was stored, repeat it when the admin has seen to it"
        "die Datenbankdatei {0} wurde verschoben, entfernt oder ersetzt; nichts aus diesem Aufruf wurde gespeichert, wiederholen Sie ihn, wenn der Administrator das behoben hat";
    9007 NO_ROOM Server
        "calls in progress take all the memory there is for calls ({0} bytes); nothing of this call was stored, repeat it later (limits.memory_bytes in the configuration)"
        "laufende Aufrufe belegen den ganzen Speicher für Aufrufe ({0} Bytes); nichts aus diesem Aufruf wurde gespeichert, wiederholen Sie ihn später (limits.memory_bytes in der Konfiguration)";
}

#[cfg(test)]
mod tests {
    use super::{agree, code};

    #[test]
    fn codes_are_unique_and_ordered() {
        for pair in code::ALL.windows(2) {
            assert!(pair[0].number < pair[1].number, "{} before {}", pair[0].name, pair[1].name);
        }
    }

    #[test]
    fn both_texts_of_a_code_use_the_same_arguments() {
        assert!(agree("{0} of {1}", "{1} von {0}") && agree("no {field:item_id}", "keine"));
        assert!(!agree("{0} of {1}", "{1} von") && !agree("{1}", "{1}") && !agree("{0}", "{0} {1}"));
    }
}
