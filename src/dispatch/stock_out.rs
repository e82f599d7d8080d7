//! What a merchant is told when stock control ends an offer, or does not list it.

use crate::connectors::{Message, Severity};
use crate::domain::Language;
use crate::domain::stock::Figures;

/// The message, with the numbers that decided (`channel-calls.md` 3, rule 5).
pub fn message(figures: &Figures, language: Language) -> Message {
    let Figures { safety, minimum, .. } = figures;
    let (available, primary) = (figures.available(), figures.primary);
    let (text, remedy) = match language {
        Language::En => (
            format!(
                "not on offer: available stock {available}, safety stock {safety}, minimum stock {minimum}, primary account: {primary}"
            ),
            "nothing to do: it is listed by itself when enough stock is booked with updateStockCount",
        ),
        Language::De => (
            format!(
                "nicht im Angebot: verfügbarer Bestand {available}, Sicherheitsbestand {safety}, Mindestbestand {minimum}, Hauptkonto: {}",
                if primary { "ja" } else { "nein" }
            ),
            "nichts zu tun: es wird von selbst eingestellt, sobald mit updateStockCount genug Bestand gebucht ist",
        ),
    };
    Message { severity: Severity::Info, code: "OUT_OF_STOCK".into(), text, remedy: remedy.into() }
}
