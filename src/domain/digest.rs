//! Digests that are stored, to see whether something has changed.

use sha2::{Digest as _, Sha256};

use super::hex::hex;

/// A digest over named fields, with the version of its list of fields. A field without a value leaves no trace, so that a
/// program that knows one more field finds what an earlier one stored unchanged.
pub(crate) struct Digest {
    version: u32,
    hash: Sha256,
}

impl Digest {
    pub(crate) fn new(version: u32) -> Digest {
        Digest { version, hash: Sha256::new() }
    }

    #[must_use]
    pub(crate) fn field<V: AsRef<[u8]>>(mut self, name: &str, values: impl IntoIterator<Item = V>) -> Digest {
        let values: Vec<V> = values.into_iter().collect();
        if values.is_empty() {
            return self;
        }
        self.add(name.as_bytes());
        self.hash.update(values.len().to_be_bytes());
        values.iter().for_each(|value| self.add(value.as_ref()));
        self
    }

    /// With its length in front: no two lists of values look the same.
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes.len().to_be_bytes());
        self.hash.update(bytes);
    }

    /// `1:` and the digest in hexadecimal.
    pub(crate) fn finish(self) -> String {
        let version = self.version;
        format!("{version}:{}", hex(&self.finish_bytes()))
    }

    pub(crate) fn finish_bytes(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    const NONE: [&str; 0] = [];

    #[test]
    fn a_field_without_a_value_leaves_no_trace() {
        let before = Digest::new(1).field("a", ["x"]).finish();
        assert_eq!(Digest::new(1).field("a", ["x"]).field("new", NONE).finish(), before);
        assert!(before.starts_with("1:"), "{before}");
    }

    #[test]
    fn each_value_counts_with_its_place() {
        let digests = [
            Digest::new(1).field("a", ["x"]).finish(),
            Digest::new(2).field("a", ["x"]).finish(),
            Digest::new(1).field("b", ["x"]).finish(),
            Digest::new(1).field("a", ["x", "y"]).finish(),
            Digest::new(1).field("a", ["xy"]).finish(),
            Digest::new(1).field("a", ["y", "x"]).finish(),
            Digest::new(1).field("a", ["x"]).field("b", ["y"]).finish(),
        ];
        let different: std::collections::BTreeSet<&String> = digests.iter().collect();
        assert_eq!(different.len(), digests.len());
    }
}
