//! What a channel has no place for: it is not sent, and the merchant hears of it once.

use super::world::{World, everywhere, later, run};
use crate::domain::Reader;
use crate::store::outbox::Topic;

fn messages(world: &World) -> Vec<String> {
    world.messages().into_iter().map(|message| message.text(Reader::ADMIN)).collect()
}

#[test]
fn what_a_channel_lacks_is_not_sent_and_told_once_per_offer() {
    everywhere(|world| {
        world.script.can(|can| {
            can.pictures = 1;
            can.attributes = false;
        });
        let pictures = r#"{"image_modules":[{"image_module_type_id":1,"image_url":"https://x/1.png"},{"image_module_type_id":2,"image_url":"https://x/2.png"}]}"#;
        world.add_offer(1, pictures);
        world.set_price(1, 1, 99_000);
        world.set_stock(1, 1, 5);
        world.mark(1, &Topic::ALL);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        let sent = world.script.take_submits().into_iter().flatten().next().unwrap();
        assert_eq!(sent.content.unwrap().images, ["https://x/1.png"], "{}", world.name);
        let told = ["the channel has no place for a part of the offer, so it is sent without: 1 picture"];
        assert_eq!(messages(&world), told);
        for (seconds, topic) in [(1, Topic::Quantity), (2, Topic::Content), (3, Topic::Listing)] {
            world.set_stock(1, 1, 5 + i32::try_from(seconds).unwrap());
            world.mark(1, &[topic]);
            run(&mut worker, later(seconds));
        }
        assert_eq!(world.script.take_submits().len(), 3);
        assert_eq!(messages(&world), told, "{}: once, whatever is sent later", world.name);
        worker.context.channel.capabilities.pictures = 0;
        world.mark(1, &[Topic::Content]);
        run(&mut worker, later(4));
        assert_eq!(messages(&world).len(), 2, "{}: and again when it is something else", world.name);
        worker.context.channel.capabilities.pictures = 9;
        world.mark(1, &[Topic::Content]);
        run(&mut worker, later(5));
        assert_eq!((messages(&world).len(), world.offer(1).left_out.as_deref()), (2, Some("")), "{}", world.name);
    });
}
