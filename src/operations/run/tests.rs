//! What is answered after the commit, whatever happens then.

use super::*;
use crate::domain::Reader;
use crate::operations::orders::sync::{SyncPlatformOrdersRequest, SyncPlatformOrdersResult};
use crate::soap::fixture;
use crate::store::testing::stores;

/// An operation that panics when its answer is completed.
struct Clumsy;

impl WriteOperation for Clumsy {
    const NAME: &'static str = "clumsy";
    const DOC: &'static str = "";
    type Request = SyncPlatformOrdersRequest;
    type Result = SyncPlatformOrdersResult;

    fn handle(_: &mut Work<'_, '_>, _: SyncPlatformOrdersRequest) -> Result<SyncPlatformOrdersResult, Failure> {
        Ok(SyncPlatformOrdersResult::of(Vec::new()))
    }

    fn finish(_: &mut Conn<'_>, _: &Finished, _: &mut SyncPlatformOrdersResult) -> Result<bool, Failure> {
        panic!("a mistake of ours")
    }
}

#[test]
fn a_panic_after_the_commit_does_not_take_the_success_back() {
    for (database, store, _guard) in stores() {
        let gateway = Gateway { settings: Arc::new(fixture::settings()), store, bell: Arc::default() };
        let kept = Kept { replay_id: 1, receipt: None };
        let result = SyncPlatformOrdersResult::of(Vec::new());
        let finished = Finished {
            stamp: Stamp(1),
            reader: Reader::ADMIN,
            version: crate::operations::FIRST_VERSION,
            synchronous: true,
            pending: 2,
            parked: 1,
            awaits: Vec::new(),
        };
        let answer = finish::<Clumsy>(&gateway, Face::Typed, kept, result, "<stored/>".into(), &finished);
        assert_eq!((answer.body.as_str(), answer.records, answer.failures, answer.pending), ("<stored/>", 0, 0, 3), "{database}");
    }
}
