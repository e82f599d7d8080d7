//! 1000: the way in: login, HTTP, limits.

codes! {
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
}
