//! Pictures. Vendure takes uploads only, so Kontor fetches them, and marks each asset with a tag that names its content: the
//! same picture is uploaded once, whichever article, address or account it comes from. Assets without such a tag are the
//! merchant's: they stay where they are.

use serde_json::{Map, Value, json};

use super::super::OfferContent;
use super::super::gallery::{Missed, Shown};
use super::super::pictures::Picture;
use super::found::Asset;
use super::graphql::{Failure, Rule, Upload, refusal};
use super::shop::ShopSettings;
use super::work::Work;
use super::{PAGE, Vendure, part};
use crate::domain::message::Arg;

const TAG: &str = "kontor-";

const FIND: &str = "query ($tags: [String!], $take: Int) { assets(options: {tags: $tags, tagsOperator: OR, take: $take}) { items { id tags { value } } } }";
const CREATE: &str = "mutation ($input: [CreateAssetInput!]!) { result: createAssets(input: $input) { __typename ... on Asset { id }
  ... on ErrorResult { errorCode message } } }";
const ASSIGN: &str = "mutation ($input: AssignAssetsToChannelInput!) { assignAssetsToChannel(input: $input) { id } }";

fn ours(asset: &Asset) -> bool {
    asset.tags.iter().any(|tag| is_tag(&tag.value))
}

fn is_tag(text: &str) -> bool {
    text.strip_prefix(TAG).is_some_and(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn tag(digest: &str) -> String {
    format!("{TAG}{digest}")
}

/// The assets of a product or variant, where they have to change: Kontor's pictures in their order, in the places where
/// Kontor's pictures are, and the merchant's own where they are. As long as a picture is missing nothing is taken away.
pub(super) fn arranged(shown: &Shown, now: &[Asset], featured: Option<&Asset>) -> Option<Map<String, Value>> {
    let pictures: Vec<(&str, bool)> = now.iter().map(|asset| (asset.id.as_str(), ours(asset))).collect();
    let before: Vec<&str> = now.iter().map(|asset| asset.id.as_str()).collect();
    let (ids, first) = shown.arranged(&pictures, featured.map(|featured| featured.id.as_str()));
    let mut input = Map::new();
    if ids != before {
        input.insert("assetIds".to_owned(), json!(ids));
    }
    if featured.map(|featured| featured.id.as_str()) != first.as_deref() {
        input.insert("featuredAssetId".to_owned(), json!(first));
    }
    (!input.is_empty()).then_some(input)
}

impl Vendure {
    /// Brings pictures to the shop, as far as it does not have them. `None`: the settings say that pictures are the merchant's.
    pub(super) fn show(&self, addresses: &[String], content: &OfferContent, work: &mut Work) -> Result<Option<Shown>, Failure> {
        if !self.settings.pictures {
            return Ok(None);
        }
        let Work { shop, album, .. } = work;
        let (find, put) = (|digest: &str| self.find_asset(digest, shop), |picture: &Picture| self.upload(picture));
        album.collect(&self.pictures, addresses, &content.own_address, find, put).map(Some)
    }

    /// In a channel of its own, the account also finds what another one uploaded.
    fn find_asset(&self, digest: &str, shop: &ShopSettings) -> Result<Option<String>, Failure> {
        let variables = json!({ "tags": [tag(digest)], "take": PAGE });
        let first = |mut data: Value| -> Result<Option<String>, Failure> {
            let found: Vec<Asset> = part(&mut data, "/assets/items")?;
            Ok(found.into_iter().next().map(|asset| asset.id))
        };
        let found = first(self.api.call(FIND, variables.clone())?)?;
        if found.is_some() || shop.in_default || !shop.reaches_default {
            return Ok(found);
        }
        let elsewhere = first(self.default_api.call(FIND, variables)?)?;
        if let Some(id) = &elsewhere {
            self.default_api.call(ASSIGN, json!({ "input": { "assetIds": [id], "channelId": shop.channel_id } }))?;
        }
        Ok(elsewhere)
    }

    fn upload(&self, picture: &Picture) -> Result<Result<String, Missed>, Failure> {
        let short = picture.digest.get(..16).unwrap_or_default();
        let name = format!("{short}.{}", picture.kind.extension());
        let file = Upload { name: &name, media_type: picture.kind.media_type(), content: &picture.bytes, digest: &picture.digest };
        let variables = json!({ "input": [{ "file": null, "tags": [tag(&picture.digest)] }] });
        let data = match self.api.upload(CREATE, &variables, "variables.input.0.file", &file) {
            Ok(data) => data,
            Err(Failure::Rule(rule)) => return Ok(Err(kept_out(rule))),
            Err(failure) => return Err(failure),
        };
        let created = data.pointer("/result/0");
        if let Some(rule) = refusal(created) {
            return Ok(Err(Missed::Wrong(Arg::from(rule.text))));
        }
        let id = created.and_then(|asset| asset.get("id")).and_then(Value::as_str);
        id.map(|id| Ok(id.to_owned())).ok_or_else(|| super::missing("the uploaded picture").into())
    }
}

/// A picture that the shop does not take. The server's limit of bytes comes as an error without a code, as errors inside the shop do.
fn kept_out(rule: Rule) -> Missed {
    if rule.internal && !rule.text.contains("byte size limit") {
        return Missed::Later(format!("error inside the shop: {}", rule.text));
    }
    Missed::Wrong(Arg::from(rule.text))
}

#[cfg(test)]
mod tests {
    use super::super::found::Tag;
    use super::*;
    use crate::domain::message::channel;

    fn asset(id: &str, by_kontor: bool) -> Asset {
        let value = if by_kontor { tag(&"a".repeat(64)) } else { "summer".to_owned() };
        Asset { id: id.to_owned(), tags: vec![Tag { value }] }
    }

    fn shown(ids: &[&str]) -> Shown {
        Shown { ids: ids.iter().map(|id| (*id).to_owned()).collect(), ..Shown::default() }
    }

    fn ids(input: &Option<Map<String, Value>>) -> Value {
        input.as_ref().and_then(|input| input.get("assetIds").cloned()).unwrap_or_default()
    }

    #[test]
    fn pictures_are_replaced_removed_and_put_in_another_order() {
        let now = [asset("1", true), asset("2", true)];
        assert_eq!(arranged(&shown(&["1", "2"]), &now, Some(&now[0])), None, "nothing to change");
        let input = arranged(&shown(&["3", "2"]), &now, Some(&now[0])).unwrap();
        assert_eq!((&input["assetIds"], &input["featuredAssetId"]), (&json!(["3", "2"]), &json!("3")));
        assert_eq!(ids(&arranged(&shown(&["2", "1"]), &now, Some(&now[0]))), json!(["2", "1"]));
        let none = arranged(&shown(&[]), &now, Some(&now[0])).unwrap();
        assert_eq!((&none["assetIds"], &none["featuredAssetId"]), (&json!([]), &Value::Null));
        let first = arranged(&shown(&["1"]), &[], None).unwrap();
        assert_eq!((&first["assetIds"], &first["featuredAssetId"]), (&json!(["1"]), &json!("1")));
        assert_eq!(arranged(&shown(&[]), &[], None), None);
    }

    #[test]
    fn the_merchants_own_pictures_stay_where_they_are() {
        let now = [asset("M", false), asset("1", true), asset("N", false), asset("2", true)];
        let by_hand = arranged(&shown(&["3", "4", "5"]), &now, Some(&now[0])).unwrap();
        assert_eq!((&by_hand["assetIds"], by_hand.get("featuredAssetId")), (&json!(["M", "3", "N", "4", "5"]), None));
        let fewer = arranged(&shown(&["2"]), &now, Some(&now[1])).unwrap();
        assert_eq!((&fewer["assetIds"], &fewer["featuredAssetId"]), (&json!(["M", "2", "N"]), &json!("2")));
        let gone = arranged(&shown(&[]), &now, Some(&now[1])).unwrap();
        assert_eq!((&gone["assetIds"], &gone["featuredAssetId"]), (&json!(["M", "N"]), &json!("M")));
    }

    #[test]
    fn nothing_is_taken_away_as_long_as_a_picture_is_missing() {
        let now = [asset("1", true), asset("2", true)];
        let open = Shown { open: Some("HTTP 503".to_owned()), ..shown(&["2", "3"]) };
        assert_eq!(ids(&arranged(&open, &now, Some(&now[0]))), json!(["2", "3", "1"]));
        let wrong = Shown { messages: vec![channel::picture_left_out("http://x/a.png", "HTTP 404")], ..shown(&[]) };
        assert_eq!(ids(&arranged(&wrong, &now, Some(&now[0]))), Value::Null);
    }

    #[test]
    fn a_picture_beyond_the_shops_limit_is_no_error_inside_the_shop() {
        let rule = |text: &str| Rule { code: "INTERNAL_SERVER_ERROR".to_owned(), text: text.to_owned(), internal: true };
        // Recorded from 3.7.3.
        assert!(matches!(kept_out(rule("File truncated as it exceeds the 20971520 byte size limit.")), Missed::Wrong(_)));
        assert!(matches!(kept_out(rule("deadlock detected")), Missed::Later(_)));
    }
}
