//! 3000: the content of a record.

codes! {
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
    3043 IGNORED_ON_PURPOSE Client
        "\"{0}\" is known, but Kontor neither stores nor sends it; leave it out"
        "\"{0}\" ist bekannt, aber Kontor speichert und sendet es nicht; lassen Sie es weg";
    3044 CLEARED_WITH_VALUE Client
        "\"{0}\" has a value and is to be cleared, too; send one of both"
        "\"{0}\" hat einen Wert und soll zugleich geleert werden; senden Sie eins von beiden";
    3050 UNLISTED_SLOT Client
        "picture slot {0} does not exist; correct the number, fetchImageModuleTypes lists all, or create one with updateImageModuleTypes"
        "den Bildplatz {0} gibt es nicht; berichtigen Sie die Nummer, fetchImageModuleTypes nennt alle, oder legen Sie einen mit updateImageModuleTypes an";
    3051 UNLISTED_TEXT_TYPE Client
        "text type {0} does not exist; correct the number, fetchTextModuleTypes lists all, or create one with updateTextModuleTypes"
        "die Textart {0} gibt es nicht; berichtigen Sie die Nummer, fetchTextModuleTypes nennt alle, oder legen Sie eine mit updateTextModuleTypes an";
    3052 EAN_WRONG Client
        "\"{0}\" is no EAN or GTIN of 8, 12, 13 or 14 digits with a correct check digit; channels refuse it, so correct it"
        "\"{0}\" ist keine EAN oder GTIN mit 8, 12, 13 oder 14 Ziffern und richtiger Prüfziffer; Kanäle lehnen sie ab, berichtigen Sie sie also";
    3053 NO_ADDRESS Client
        "\"{0}\" is no address from which a channel can load; send one that begins with http:// or https:// and has a host"
        "\"{0}\" ist keine Adresse, von der ein Kanal laden kann; senden Sie eine, die mit http:// oder https:// beginnt und einen Rechner nennt";
    3054 NO_PICTURE Client
        "the picture of slot {0} is not a whole PNG, JPEG, GIF, WebP or AVIF, so no channel can show it; send it again"
        "das Bild im Platz {0} ist kein vollständiges PNG, JPEG, GIF, WebP oder AVIF, daher kann es kein Kanal zeigen; senden Sie es noch einmal";
    3055 TWIN_VARIANTS Client
        "variant \"{0}\" of the same parent has the same values, so buyers cannot tell them apart; give one of them other values"
        "die Variante \"{0}\" desselben Elternartikels hat dieselben Werte, Käufer können sie also nicht unterscheiden; geben Sie einer andere Werte";
    3056 VARIANT_OF_VARIANT Client
        "\"{0}\" is a variant itself, and channels know only parents and their variants; hang it on the topmost parent"
        "\"{0}\" ist selbst eine Variante, und Kanäle kennen nur Elternartikel und deren Varianten; hängen Sie sie an den obersten Elternartikel";
    3057 STOCK_NEGATIVE Client
        "the stock of warehouse \"{0}\" is now {1}, so nothing of it is offered; check the booking"
        "der Bestand im Lager \"{0}\" ist jetzt {1}, davon wird also nichts angeboten; prüfen Sie die Buchung";
    3058 SENT_TWICE Client
        "an earlier record of this call is about the same; both were taken, one after the other, so send each once"
        "ein früherer Datensatz dieses Aufrufs betrifft dasselbe; beide wurden nacheinander übernommen, senden Sie also jeden nur einmal";
    3059 ADVICE_MORE Client
        "{0} further records and values will not do and are not listed; correct the listed ones first"
        "{0} weitere Datensätze und Werte sind so nicht verwendbar und nicht aufgeführt; berichtigen Sie zuerst die aufgeführten";
    3060 STOCK_OF_SET Client
        "\"{0}\" is composed of others, so its stock is what its components allow; this booking is kept, but not used"
        "\"{0}\" ist aus anderen zusammengesetzt, sein Bestand ist also, was die Komponenten erlauben; diese Buchung wird gespeichert, aber nicht verwendet";
    3070 DOCUMENT_KIND Client
        "the document is {0}; send PDF, XML, PNG, JPEG, TIFF or ZPL"
        "das Dokument ist {0}; senden Sie PDF, XML, PNG, JPEG, TIFF oder ZPL";
    3071 DOCUMENT_NAME Client
        "\"{0}\" cannot be the name of this document, because {1}; send the name of a file, such as Invoice_1234.pdf, or leave it out"
        "\"{0}\" kann nicht der Name dieses Dokuments sein, denn {1}; senden Sie einen Dateinamen wie Rechnung_1234.pdf, oder lassen Sie ihn weg";
    3072 DOCUMENT_TOO_LARGE Client
        "the document has {0} bytes, at most {1} are kept; send a smaller one (documents.largest_bytes in the configuration)"
        "das Dokument hat {0} Bytes, höchstens {1} werden aufbewahrt; senden Sie ein kleineres (documents.largest_bytes in der Konfiguration)";
    3073 LOCAL_PATH Client
        "files of the server are not read; send the content in {field:base64_doc}"
        "Dateien des Servers werden nicht gelesen; senden Sie den Inhalt in {field:base64_doc}";
    3110 MEDIA_NAME Client
        "\"{0}\" cannot be the name of a file, because {1}; send a name such as lamp_front.jpg, without blanks and signs like : / \\ * ? %"
        "\"{0}\" kann nicht der Name einer Datei sein, denn {1}; senden Sie einen Namen wie lampe_vorne.jpg, ohne Leerzeichen und Zeichen wie : / \\ * ? %";
    3111 MEDIA_KIND Client
        "the content of \"{0}\" is {1} by its first bytes, which is not what the ending of the name says; correct the name or the content"
        "der Inhalt von \"{0}\" ist nach seinen ersten Bytes {1}, die Endung des Namens sagt anderes; berichtigen Sie den Namen oder den Inhalt";
    3112 MEDIA_PICTURE Client
        "the picture cannot be used: {0}"
        "das Bild ist nicht verwendbar: {0}";
    3113 MEDIA_TOO_LARGE Client
        "the file has {0} bytes, at most {1} are kept; send a smaller one (media.largest_bytes in the configuration)"
        "die Datei hat {0} Bytes, höchstens {1} werden aufbewahrt; senden Sie eine kleinere (media.largest_bytes in der Konfiguration)";
    3114 MEDIA_UNSAFE Client
        "\"{0}\" is {1}, which Kontor does not serve to everybody; send pictures, PDF, films, archives, office files or texts"
        "\"{0}\" ist {1}, das stellt Kontor nicht für alle bereit; senden Sie Bilder, PDF, Filme, Archive, Office-Dateien oder Texte";
    3115 MEDIA_GONE Client
        "\"{0}\" is an address of Kontor, but {1}, so no channel can show it; send the media_url of a picture, which fetchMedia has"
        "\"{0}\" ist eine Adresse von Kontor, aber {1}, kein Kanal kann es also zeigen; senden Sie die media_url eines Bildes, die fetchMedia nennt";
    3116 LABEL_BESIDE Client
        "order {0} has label {1} without {field:contents} already, and the first that is confirmed ships everything that is open; name the {field:contents} of each parcel, or cancel one label if there is only one parcel"
        "der Auftrag {0} hat schon das Label {1} ohne {field:contents}, und das zuerst bestätigte versendet alles Offene; nennen Sie die {field:contents} jedes Pakets, oder stornieren Sie ein Label, wenn es nur ein Paket ist";
    3117 MEDIA_USED Client
        "articles still name the address that leads nowhere from now on: {0}; send them another image_url with updateItems"
        "Artikel nennen noch die Adresse, die ab jetzt ins Leere führt: {0}; senden Sie ihnen mit updateItems eine andere image_url";
    3120 SHIPPED_AHEAD Client
        "the parcel is reported as shipped on {0}, which is later than tomorrow; it was stored, but channels may refuse such a day: report SHIPPED when the parcel leaves"
        "das Paket ist für den {0} als versendet gemeldet, also später als morgen; es wurde gespeichert, aber Kanäle können einen solchen Tag ablehnen: melden Sie SHIPPED, wenn das Paket das Haus verlässt";
    3121 IBAN_WRONG Client
        "\"{0}\" is no IBAN, because {1}; it was stored as it is; send the right one"
        "\"{0}\" ist keine IBAN, denn {1}; sie wurde so gespeichert; senden Sie die richtige";
    3122 NOTHING_READ Client
        "the request holds \"{0}\", which {1} does not read, and nothing that it reads; send {2}"
        "die Anfrage enthält \"{0}\", was {1} nicht liest, und nichts, was es liest; senden Sie {2}";
}
