//! A hundred articles of a shop for tableware, for the tour: ten products in ten glazes, each with its picture.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::files::{Form, Shape, sketch};

/// The mandator and the account of the demo.
const MANDATOR: i32 = 1;
const ACCOUNT: i32 = 1000;
/// The kind of text that the account shows as description.
const DESCRIPTION: i32 = 15;

struct Product {
    code: &'static str,
    english: &'static str,
    german: &'static str,
    /// In cents.
    price: u32,
    gram: u32,
    shapes: &'static [Shape],
}

const PRODUCTS: [Product; 10] = [
    Product {
        code: "MUG",
        english: "Mug, 350 ml",
        german: "Becher, 350 ml",
        price: 1290,
        gram: 340,
        shapes: &[(Form::Ring(690, 520, 150, 95), 88), (Form::Taper(300, 800, 210, 180), 100), (Form::Ellipse(500, 300, 210, 45), 70)],
    },
    Product {
        code: "BOWL",
        english: "Cereal bowl, 16 cm",
        german: "Müslischale, 16 cm",
        price: 980,
        gram: 420,
        shapes: &[(Form::Taper(430, 740, 330, 130), 100), (Form::Ellipse(500, 430, 330, 70), 72), (Form::Box(400, 735, 600, 780), 85)],
    },
    Product {
        code: "PLATE",
        english: "Dinner plate, 27 cm",
        german: "Speiseteller, 27 cm",
        price: 1550,
        gram: 780,
        shapes: &[(Form::Ellipse(500, 500, 380, 380), 100), (Form::Ring(500, 500, 260, 245), 82), (Form::Ellipse(500, 500, 245, 245), 94)],
    },
    Product {
        code: "TEAPOT",
        english: "Teapot, 0.8 l",
        german: "Teekanne, 0,8 l",
        price: 4900,
        gram: 960,
        shapes: &[
            (Form::Ring(760, 530, 150, 100), 85),
            (Form::Box(140, 430, 330, 500), 90),
            (Form::Ellipse(500, 560, 260, 230), 100),
            (Form::Ellipse(500, 360, 150, 45), 78),
            (Form::Ellipse(500, 300, 40, 40), 90),
        ],
    },
    Product {
        code: "VASE",
        english: "Vase, 22 cm",
        german: "Vase, 22 cm",
        price: 2450,
        gram: 650,
        shapes: &[(Form::Taper(170, 420, 90, 130), 92), (Form::Ellipse(500, 600, 210, 240), 100), (Form::Ellipse(500, 170, 90, 25), 68)],
    },
    Product {
        code: "JUG",
        english: "Jug, 1.2 l",
        german: "Krug, 1,2 l",
        price: 2990,
        gram: 890,
        shapes: &[(Form::Ring(700, 450, 170, 115), 86), (Form::Taper(220, 830, 140, 230), 100), (Form::Ellipse(500, 220, 140, 35), 70)],
    },
    Product {
        code: "CANDLE",
        english: "Candle holder",
        german: "Kerzenhalter",
        price: 1420,
        gram: 310,
        shapes: &[(Form::Box(455, 200, 545, 560), 118), (Form::Ellipse(500, 165, 25, 50), 130), (Form::Taper(540, 800, 110, 260), 100)],
    },
    Product {
        code: "LAMP",
        english: "Table lamp, 45 cm",
        german: "Tischleuchte, 45 cm",
        price: 7900,
        gram: 1850,
        shapes: &[(Form::Box(475, 450, 525, 620), 70), (Form::Taper(160, 460, 130, 280), 116), (Form::Ellipse(500, 720, 170, 130), 100)],
    },
    Product {
        code: "PLANTER",
        english: "Planter, 18 cm",
        german: "Übertopf, 18 cm",
        price: 1990,
        gram: 1100,
        shapes: &[(Form::Taper(330, 820, 270, 200), 100), (Form::Box(210, 300, 790, 400), 88)],
    },
    Product {
        code: "CLOCK",
        english: "Wall clock, 30 cm",
        german: "Wanduhr, 30 cm",
        price: 3950,
        gram: 720,
        shapes: &[
            (Form::Ellipse(500, 500, 370, 370), 100),
            (Form::Ellipse(500, 500, 310, 310), 116),
            (Form::Box(490, 260, 512, 510), 45),
            (Form::Box(490, 490, 680, 512), 45),
        ],
    },
];

/// Code, English and German name, and colour of a glaze.
const GLAZES: [(&str, &str, &str, [u8; 3]); 10] = [
    ("CREAM", "cream", "creme", [221, 209, 184]),
    ("SAND", "sand", "sand", [201, 174, 132]),
    ("TERRA", "terracotta", "terrakotta", [193, 101, 68]),
    ("ROSE", "rose", "rosé", [205, 142, 140]),
    ("SAFFRON", "saffron", "safran", [219, 160, 52]),
    ("SAGE", "sage", "salbei", [146, 163, 132]),
    ("MOSS", "moss", "moos", [92, 116, 70]),
    ("SKY", "sky", "himmelblau", [126, 168, 198]),
    ("NIGHT", "midnight blue", "nachtblau", [52, 74, 118]),
    ("COAL", "charcoal", "anthrazit", [84, 86, 92]),
];

/// One article of the catalogue.
pub(super) struct Article {
    pub(super) sku: String,
    number: u32,
    product: &'static Product,
    glaze: &'static (&'static str, &'static str, &'static str, [u8; 3]),
}

pub(super) fn articles() -> Vec<Article> {
    let all = PRODUCTS.iter().flat_map(|product| GLAZES.iter().map(move |glaze| (product, glaze)));
    (1..)
        .zip(all)
        .map(|(number, (product, glaze))| Article { sku: format!("{}-{}", product.code, glaze.0), number, product, glaze })
        .collect()
}

impl Article {
    /// For `updateItems`.
    pub(super) fn item(&self) -> Value {
        let (product, (_, english, german, colour)) = (self.product, self.glaze);
        let text = |language: &str, text: String| json!({ "languageCodeIso": language, "text": text });
        let picture = sketch(*colour, product.shapes).map(|png| BASE64_STANDARD.encode(png));
        json!({
            "significantKey": "INTERNAL_ITEM_NUMBER",
            "mandatorId": MANDATOR,
            "internalItemNumber": self.sku,
            "identifier": format!("{}, {english}", product.english),
            "eanCode": self.ean(),
            "taxTypeId": 3,
            "weight": product.gram,
            "textModules": [{ "textModuleType": DESCRIPTION, "translations": [
                text("en", format!("{}, stoneware with a {english} glaze, fired twice. Fit for the dishwasher.", product.english)),
                text("de", format!("{}, Steinzeug, Glasur {german}, zweimal gebrannt. Spülmaschinenfest.", product.german)),
            ] }],
            "imageModules": picture.map(|picture| json!([{ "imageModuleTypeId": 1, "imageBase64": picture }])),
        })
    }

    /// For `updatePricelist`.
    pub(super) fn price(&self) -> Value {
        let price = format!("{}.{:02}", self.product.price / 100, self.product.price % 100);
        json!({ "itemNr": self.sku, "price": price })
    }

    /// For `updateStockCount`.
    pub(super) fn stock(&self) -> Value {
        let stock =
            json!({ "warehouseCode": "standard", "mandatorId": MANDATOR, "stockCount": self.number * 7 % 40 + 5, "absolute": true });
        json!({ "significantKey": "INTERNAL_ITEM_NUMBER", "mandatorId": MANDATOR, "internalItemNumber": self.sku, "stockItems": [stock] })
    }

    /// For `prepareOffers`.
    pub(super) fn offer(&self) -> Value {
        json!({ "mandatorId": MANDATOR, "accountId": ACCOUNT, "internalItemNumber": self.sku })
    }

    /// Of the numbers that every shop may use inside.
    fn ean(&self) -> String {
        let digits = format!("200000000{:03}", self.number);
        let weighted = digits.bytes().zip([1_u32, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight);
        format!("{digits}{}", (10 - weighted.sum::<u32>() % 10) % 10)
    }
}

/// The price list of the account, for `updatePricelist`.
pub(super) fn pricelist(articles: &[Article]) -> Value {
    let prices: Vec<Value> = articles.iter().map(Article::price).collect();
    json!({ "pricelists": [{
        "significantKey": "IDENTIFIER",
        "mandatorId": MANDATOR,
        "identifier": "default",
        "fullImport": false,
        "isoCurrency": "EUR",
        "roundingId": 1,
        "validities": [{ "prices": prices }],
    }] })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_hundred_articles_have_numbers_of_their_own_and_small_pictures() {
        let articles = articles();
        let skus: BTreeSet<&str> = articles.iter().map(|article| article.sku.as_str()).collect();
        let eans: BTreeSet<String> = articles.iter().map(Article::ean).collect();
        assert_eq!((skus.len(), eans.len()), (100, 100));
        assert_eq!(articles[0].ean(), "2000000000015");
        for article in articles.iter().step_by(10) {
            let item = article.item();
            let picture = item.pointer("/imageModules/0/imageBase64").and_then(Value::as_str).expect("a picture");
            assert!(picture.len() < 12_000, "{}: {}", article.sku, picture.len());
        }
    }
}
