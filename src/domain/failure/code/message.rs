//! 2000: XML and SOAP.

codes! {
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
        "version \"{0}\" of \"{1}\" is not known; send one of {2}"
        "Version \"{0}\" von \"{1}\" ist nicht bekannt; senden Sie eine von {2}";
    2012 SEVERAL_IN_BODY Client
        "the SOAP Body holds {0} elements (\"{1}\", \"{2}\"), but a call is one; send each call in an envelope of its own"
        "der SOAP-Body enthält {0} Elemente (\"{1}\", \"{2}\"), ein Aufruf ist aber eines; senden Sie jeden Aufruf in einem eigenen Envelope";
    2013 RPC_ENCODED Client
        "the message is RPC-encoded ({0}), only document/literal is read; set style=\"wrapped\" use=\"literal\" in Axis 1, style document and use literal in NuSOAP and PHP, soDocument and soLiteralParams in Delphi"
        "die Nachricht ist RPC-kodiert ({0}), gelesen wird nur document/literal; setzen Sie in Axis 1 style=\"wrapped\" use=\"literal\", in NuSOAP und PHP style document und use literal, in Delphi soDocument und soLiteralParams";
    2014 WRONG_NAMESPACE Client
        "\"{0}\" is in the namespace \"{1}\", which is not served here; send it in {2}, as {3} describes"
        "\"{0}\" steht im Namensraum \"{1}\", den es hier nicht gibt; senden Sie es in {2}, wie in {3} beschrieben";
}
