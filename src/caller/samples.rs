//! A call of every operation to start from: the collections for REST clients, which are generated from the tests' samples.

use crate::domain::Face;

const COMPAT: &str = include_str!("../../contrib/http/compat.http");
const TYPED: &str = include_str!("../../contrib/http/typed.http");

/// One call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) operation: &'static str,
    /// What is special about it, such as `variants`.
    pub(crate) case: String,
    /// On the compat face the inner document, on the typed face what is in the Body.
    pub(crate) document: &'static str,
}

/// The samples of an operation, in order.
pub(crate) fn of(operation: &str, face: Face) -> Vec<Sample> {
    let (file, begin, end) = match face {
        Face::Compat => (COMPAT, "<![CDATA[\n", "\n]]>"),
        Face::Typed => (TYPED, "<soap:Body>\n", "\n</soap:Body>"),
    };
    let read = |call: &'static str| {
        let (title, rest) = call.split_once('\n')?;
        let (operation, case) = title.split_once(": ")?;
        let (document, _) = rest.split_once(begin)?.1.rsplit_once(end)?;
        Some(Sample { operation, case: case.replace(' ', "_"), document })
    };
    file.split("\n### ").skip(1).filter_map(read).filter(|sample| sample.operation == operation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::CATALOGUE;

    #[test]
    fn every_operation_has_a_sample_on_both_faces() {
        for operation in CATALOGUE {
            for face in [Face::Compat, Face::Typed] {
                let samples = of(operation.name, face);
                assert!(!samples.is_empty(), "{} on {}", operation.name, face.word());
                for sample in samples {
                    let start = if face == Face::Compat { "<request" } else { "<" };
                    assert!(sample.document.starts_with(start), "{sample:?}");
                    assert!(!sample.document.contains("\n### "), "{sample:?}");
                }
            }
        }
    }
}
