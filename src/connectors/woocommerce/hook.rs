//! The shop's webhooks: signed with HMAC-SHA256 over the body, in Base64.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::super::{Delivery, Hint, Hooks, Unproven};
use super::WooCommerce;

struct Hook {
    secret: SecretString,
}

impl WooCommerce {
    pub(super) fn hook(&self) -> Option<Arc<dyn Hooks>> {
        let secret = self.settings.webhook_secret.clone()?;
        Some(Arc::new(Hook { secret }))
    }
}

impl Hooks for Hook {
    fn read(&self, delivery: &Delivery<'_>) -> Result<Hint, Unproven> {
        let signature = delivery.header("x-wc-webhook-signature").and_then(|text| STANDARD.decode(text.trim()).ok()).ok_or(Unproven)?;
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes()).map_err(|_| Unproven)?;
        hmac.update(delivery.body);
        hmac.verify_slice(&signature).map_err(|_| Unproven)?;
        // The headers are not signed, but more than a poll cannot come of them.
        match delivery.header("x-wc-webhook-resource") {
            Some("order") => Ok(Hint::Orders { event: delivery.header("x-wc-webhook-delivery-id").map(str::to_owned) }),
            _ => Ok(Hint::Nothing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::account;
    use super::super::super::{Delivery, Hint, Unproven, build};
    use std::time::Duration;

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_what_the_shop_signed_is_a_hint() {
        let settings = "url = 'https://shop.example'\nconsumer_key = 'k'\nconsumer_secret = 's'\n";
        let connector = |more: &str| build(&account("woocommerce", &format!("{settings}{more}")), Duration::from_secs(1)).unwrap();
        assert!(connector("").hooks().is_none());
        let hooks = connector("webhook_secret = 'throwaway'\n").hooks().unwrap();
        // Computed with another implementation (openssl dgst -sha256 -hmac throwaway -binary | base64).
        let signed = "DZXdK8s2+VrJ/j14ZlBNOGECT1WhWmkxFYqpBHMYlGM=";
        let body = br#"{"id":229,"status":"processing"}"#;
        let right =
            headers(&[("x-wc-webhook-signature", signed), ("x-wc-webhook-resource", "order"), ("x-wc-webhook-delivery-id", "42b7")]);
        let read = |headers: &[(String, String)], body: &[u8]| hooks.read(&Delivery { headers, body });
        assert_eq!(read(&right, body), Ok(Hint::Orders { event: Some("42b7".to_owned()) }));
        assert_eq!(read(&right, br#"{"id":229,"status":"cancelled!"}"#), Err(Unproven));
        assert_eq!(read(&right[1..], body), Err(Unproven));
        assert_eq!(read(&headers(&[("x-wc-webhook-signature", "x")]), body), Err(Unproven));
        let product = headers(&[("x-wc-webhook-signature", signed), ("x-wc-webhook-resource", "product")]);
        assert_eq!(read(&product, body), Ok(Hint::Nothing));
        assert!(Delivery { headers: &[], body: b"webhook_id=2" }.is_ping());
        assert!(!Delivery { headers: &[], body: b"webhook_id=2&x=1" }.is_ping());
    }
}
