//! What an admin is alarmed about, and on which way.

use super::numbered::numbered;

numbered! {
    pub enum AlarmKind {
        /// Changes are parked, or orders set aside.
        Parked = 1, "parked";
        /// The channel brings no orders.
        Silent = 2, "silent";
        /// Calls to the channel fail.
        Failing = 3, "failing";
        /// A change has waited for long.
        QueueAge = 4, "queue_age";
    }
}

numbered! {
    pub enum AlarmWay {
        Webhook = 1, "webhook";
        Mail = 2, "e-mail";
    }
}
