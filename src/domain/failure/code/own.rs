//! 9000: Kontor itself.

codes! {
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
    9010 FILE_FOLDER Server
        "the folder {0} cannot be used ({1}); nothing of this call was stored, repeat it when the admin has seen to it (documents.folder or media.folder in the configuration)"
        "der Ordner {0} ist nicht benutzbar ({1}); nichts aus diesem Aufruf wurde gespeichert, wiederholen Sie ihn, wenn der Administrator das behoben hat (documents.folder oder media.folder in der Konfiguration)";
}
