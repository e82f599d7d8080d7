//! Orders that do not fit the contract.

use super::{Imported, changes, channel_order, export, id_of, import, line, load, messages, settings, shelf, take};
use crate::domain::order::ChannelOrder;
use crate::domain::{Decimal, Reader};
use crate::store::testing::on_stores;

fn long(character: &str, last: &str) -> Option<String> {
    Some(character.repeat(300) + last)
}

fn misfit() -> ChannelOrder {
    let mut order = channel_order();
    order.order_id = "CH-1\0".into();
    order.delivery_address.first_name = long("ä", "1");
    order.note = Some("ring\0 twice\u{b}".into());
    order.buyer.id = long("b", "1");
    order.lines[0].title = "t".repeat(300);
    order.lines.push(line("L1", long("s", "").as_deref(), Some("X\0"), -3));
    order.coupon_amount = Decimal(i64::MAX - 1_000_000);
    order
}

#[test]
fn what_does_not_fit_is_stored_as_far_as_it_does_with_a_message_and_kept_as_it_was_said() {
    on_stores(|store| {
        shelf(store);
        let parts = load(store, id_of(&take(store, &misfit())));
        let data = &parts.order.data;
        let name = data.delivery_address.as_ref().unwrap().first_name.clone().unwrap();
        assert_eq!((name.chars().count(), name.ends_with("ä…")), (100, true));
        assert_eq!(data.note.as_deref(), Some("ring twice"));
        assert_eq!(parts.items[0].identifier.chars().count(), 255);
        let second = &parts.items[1];
        assert_eq!((second.channel_line_id.as_deref(), second.quantity), (Some("L1#2"), 0));
        assert_eq!(second.internal_item_number.as_ref().unwrap().chars().count(), 100);
        let kept = ChannelOrder::from_json(parts.order.channel_document.as_deref().unwrap()).unwrap();
        assert_eq!(kept.to_json().unwrap(), misfit().to_json().unwrap());
        let said: Vec<_> = messages(store).into_iter().filter(|message| message.code == "ORDER_VALUES_CHANGED").collect();
        assert_eq!(said.len(), 1);
        let fields = "coupon_amount, delivery_address/first_name, marketplace_order_id, note, order_items/external_offer_number, \
                      order_items/identifier, order_items/internal_item_number, order_items/marketplace_order_item_id, order_items/quantity";
        assert!(said[0].text(Reader::ADMIN).ends_with(fields), "{}", said[0].text(Reader::ADMIN));
        assert_eq!(take(store, &misfit()), Imported::Unchanged);
        let other = ChannelOrder { order_id: "CH-1".into(), ..misfit() };
        assert_ne!(id_of(&take(store, &other)), parts.order.order_id, "another number, another order");
        let mut buyer = ChannelOrder { order_id: "CH-2".into(), ..misfit() };
        buyer.buyer.id = long("b", "2");
        assert_ne!(load(store, id_of(&take(store, &buyer))).order.customer_id, parts.order.customer_id);
    });
}

#[test]
fn a_change_behind_the_end_of_what_is_stored_is_noticed() {
    on_stores(|store| {
        shelf(store);
        let mut order = misfit();
        let id = id_of(&take(store, &order));
        export(store, id);
        let stored = load(store, id).order;
        order.delivery_address.first_name = long("ä", "2");
        assert!(matches!(take(store, &order), Imported::Changed { .. }));
        let now = load(store, id).order;
        assert!(now.last_changed > stored.last_changed && now.data == stored.data);
        assert_eq!(changes(store, id), [("delivery_address/first_name".to_owned(), long("ä", "1"), long("ä", "2"))]);
        let said: Vec<String> = messages(store)
            .into_iter()
            .filter(|message| message.code == "ORDER_VALUES_CHANGED")
            .map(|message| message.text(Reader::ADMIN))
            .collect();
        assert!(said.len() == 2 && said[1].ends_with("possible: delivery_address/first_name"), "{said:?}");
        assert_eq!(take(store, &order), Imported::Unchanged);
    });
}

#[test]
fn an_order_whose_number_names_nothing_or_is_too_long_is_refused() {
    on_stores(|store| {
        shelf(store);
        for (number, code) in [(String::new(), 3001), ("n".repeat(256), 3008)] {
            let order = ChannelOrder { order_id: number, ..channel_order() };
            let refused = store.write(move |tx| import(tx, &settings(), &settings().accounts[0], &order)).unwrap_err();
            assert_eq!(refused.code.number, code);
        }
        take(store, &ChannelOrder { order_id: "n".repeat(255), ..channel_order() });
    });
}
