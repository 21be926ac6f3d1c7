//! The made-up people of the demo and their messages.
//!
//! In the texts, `{base}` is the forum's address and `{first:SLUG}` is the path of a topic's first message, which must
//! be written earlier.

use model::Category;

/// User name, name, bio and location.
pub(super) struct Person(pub &'static str, pub &'static str, pub &'static str, pub &'static str);

pub(super) struct Group {
    pub slug: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub private: bool,
    /// The first one is the group's admin.
    pub members: &'static [&'static str],
    pub topics: &'static [Topic],
}

pub(super) struct Topic {
    pub slug: &'static str,
    pub title: &'static str,
    /// How many hours ago the topic started.
    pub hours: i64,
    /// How many of its messages the demo account has read.
    pub read: i64,
    pub messages: &'static [Said],
}

/// Author, text, and users who starred it.
pub(super) struct Said(pub &'static str, pub &'static str, pub &'static [&'static str]);

/// The demo account comes first: visitors can sign in to it.
pub(super) const PEOPLE: &[Person] = &[
    Person("mira", "Mira Lindqvist", "Up early for the herons. Plot 14.", "By the canal"),
    Person("tomas", "Tomás Reyes", "Mends what *can* be mended.", "Mill Lane"),
    Person("ines", "Inês Duarte", "Second alto, first in the queue for cake.", ""),
    Person("jonah", "Jonah Whitlock", "Binoculars older than I am.", "Harbour Street"),
    Person("priya", "Priya Nair", "Seeds, spreadsheets, and a shed.", "Plot 9"),
    Person("walter", "Walter Osei", "Retired clockmaker. Not retired from clocks.", ""),
    Person("agnes", "Agnes Holm", "Conducts, gently.", "Old Chapel"),
    Person("kofi", "Kofi Mensah", "Street party committee of one, until further notice.", "Mill Lane 22"),
    Person("beak-bazaar", "", "", ""),
    Person("greta", "Greta Vogel", "New on the canal.", ""),
];

pub(super) const OWN: &str = PEOPLE[0].0;

/// The group that the demo account moderates.
pub(super) const WATCHED: &str = "bird-watch";

/// Groups with their admins and categories.
pub(super) const CATEGORIES: &[(&str, &str, Category)] = &[
    (WATCHED, "jonah", Category::Nature),
    ("allotments", "priya", Category::Home),
    ("repair-cafe", "tomas", Category::Local),
    ("harbour-choir", "agnes", Category::Music),
];

/// Pinned and resolved topics, with the users who mark them.
pub(super) const PINNED: &[(&str, &str)] = &[("garden-count-the-list", "jonah"), ("seed-swap-on-sunday", "priya")];
pub(super) const RESOLVED: &[(&str, &str)] = &[("which-binoculars-for-a-beginner", "ines")];

/// A user who posts advertisements, the message, and the users who report it.
pub(super) const SELLER: &str = "beak-bazaar";
pub(super) const ADVERTISEMENT: &str =
    "Binoculars from the factory, HALF PRICE, only today: https://beak-bazaar.example/offer";
pub(super) const REPORTERS: &[(&str, &str)] =
    &[("walter", ""), ("priya", "The third time this week, in three topics.")];

/// A new member with a first message, and its topic.
pub(super) const NEWCOMER: &str = "greta";
pub(super) const FIRST_WORDS: (&str, &str) = (
    "kingfisher-at-the-second-lock",
    "Hello, I am new here. I think I saw it too, from the bridge, on Tuesday. Is a small blue bird in a hurry always a kingfisher?",
);

/// Sender, title and text of a direct message to the demo account.
pub(super) const PRIVATELY: (&str, &str, &str) = (
    "ines",
    "Jonah's birthday",
    "It is on Friday. He thinks nobody knows. I would bake; could you get him to the boathouse by six?",
);

pub(super) const GROUPS: &[Group] = &[
    Group {
        slug: "bird-watch",
        name: "Bird watch",
        description: "What flew past the canal, the harbour and your kitchen window. Beginners *very* welcome.",
        private: false,
        members: &["jonah", "mira", "priya", "walter", "ines", "beak-bazaar", "greta"],
        topics: &[
            Topic {
                slug: "kingfisher-at-the-second-lock",
                title: "Kingfisher at the second lock",
                hours: 50,
                read: 7,
                messages: &[
                    Said(
                        "jonah",
                        "Ten past seven this morning, on the mooring post by the second lock. **Kingfisher.** It sat there for a whole minute and I forgot to breathe.",
                        &["mira", "priya", "walter"],
                    ),
                    Said("mira", "A minute! I have only ever seen a blue line going round the bend.", &[]),
                    Said(
                        "walter",
                        "Was it the male? The whole bill is black then; the female has orange below.",
                        &["jonah"],
                    ),
                    Said("jonah", "@walter all black, as far as my shaking hands could hold the binoculars.", &[]),
                    Said(
                        "priya",
                        "I walk past there every day to the plot and have seen mallards and one swimming shoe.",
                        &["jonah", "ines"],
                    ),
                    Said("ines", "Is there a good time to go?", &[]),
                    Said(
                        "jonah",
                        "> Is there a good time to go?\n\nThe first hour of light, and go alone or with someone who can be quiet. So not with me and @ines together.",
                        &["ines", "mira"],
                    ),
                    Said("ines", "That is _entirely_ fair.", &["jonah"]),
                    Said(
                        "mira",
                        "@jonah I will be there tomorrow at seven. If it comes, you owe me nothing; if it does not, you owe me a coffee. :coffee:",
                        &[],
                    ),
                    Said("jonah", "@mira agreed. Bring the good thermos either way.", &[]),
                ],
            },
            Topic {
                slug: "garden-count-the-list",
                title: "Garden count: the list so far",
                hours: 30,
                read: 3,
                messages: &[
                    Said(
                        "walter",
                        "An hour at the kitchen window, most seen at one time:\n\n```text\nhouse sparrow   11\nblue tit         4\nblackbird        2\nrobin            1 (and furious)\nwood pigeon      1 (and enormous)\n```",
                        &["mira", "jonah"],
                    ),
                    Said(
                        "mira",
                        "Mine: 6 sparrows, 2 great tits, a wren for about a second. The wren counts, doesn't it?",
                        &[],
                    ),
                    Said(
                        "walter",
                        "A wren for a second counts double in spirit and once on the form.",
                        &["mira", "priya"],
                    ),
                    Said(
                        "priya",
                        "I put everybody's numbers in one sheet. The formula, for those who asked:\n\n```\n=MAX(FILTER(counts, species = \"robin\"))\n```\n\nSo far the street has 41 sparrows. @mira, is your pair of great tits the same as @walter's?",
                        &["walter"],
                    ),
                    Said("jonah", "Sparrows are *up* on last year, which makes my week.", &["ines"]),
                    Said(
                        "walter",
                        "We count the most seen at once for exactly that reason. The how-to is at https://example.org/garden-count and fits on one page.",
                        &[],
                    ),
                ],
            },
            Topic {
                slug: "which-binoculars-for-a-beginner",
                title: "Which binoculars for a beginner?",
                hours: 120,
                read: 6,
                messages: &[
                    Said(
                        "ines",
                        "I would like to see what you are all pointing at. What should I look for that does not cost a month's rent?",
                        &[],
                    ),
                    Said(
                        "jonah",
                        "`8x42`. The first number is how much larger, the second how much light. More than `8x` only makes your own pulse larger.",
                        &["ines", "walter"],
                    ),
                    Said(
                        "walter",
                        "Second-hand, from somebody who kept the case. Hold them against the sky: if you see two circles, hand them back.",
                        &["ines"],
                    ),
                    Said(
                        "mira",
                        "You can borrow my old pair first, @ines. They are heavy and honest.",
                        &["ines", "jonah"],
                    ),
                    Said("ines", "Thank you! Then I will come along on Saturday.", &[]),
                    Said("jonah", ":tada:", &[]),
                    Said("beak-bazaar", ADVERTISEMENT, &[]),
                ],
            },
        ],
    },
    Group {
        slug: "allotments",
        name: "Canal allotments",
        description: "Plots 1 to 31. Water, seeds, the key to the shed, and who has the long ladder.",
        private: false,
        members: &["priya", "mira", "kofi", "walter", "tomas"],
        topics: &[
            Topic {
                slug: "seed-swap-on-sunday",
                title: "Seed swap on Sunday",
                hours: 70,
                read: 9,
                messages: &[
                    Said(
                        "priya",
                        "Seed swap, Sunday from ten, in front of the shed. Bring what you have too much of, in labelled envelopes please. Last year's \"probably squash\" is now a triffid on plot 20.",
                        &["mira", "kofi", "walter"],
                    ),
                    Said("kofi", "I have runner beans for the whole county.", &[]),
                    Said(
                        "mira",
                        "I can offer:\n\n- 'Painted Lady' runner beans (sorry @kofi)\n- calendula, a jam jar full\n- black kale, three years old, tested: 7 of 10 came up",
                        &["priya"],
                    ),
                    Said("priya", "@mira yes to the kale! Seven of ten is better than my new ones.", &[]),
                    Said("walter", "Does anyone have broad beans that stand the wind on the upper plots?", &[]),
                    Said(
                        "tomas",
                        "The short ones, Walter. I keep you a handful. They hardly reach the knee, so the wind has nothing to argue with.",
                        &["walter"],
                    ),
                    Said(
                        "walter",
                        "> the wind has nothing to argue with\n\nI shall have that on a sign.",
                        &["tomas", "mira", "kofi"],
                    ),
                    Said("kofi", "Shall I bring the trestle tables? They are free until the street party.", &[]),
                    Said("priya", "@kofi please! And there will be tea. :seedling:", &["kofi"]),
                ],
            },
            Topic {
                slug: "water-is-off-until-thursday",
                title: "Water is off until Thursday",
                hours: 26,
                read: 2,
                messages: &[
                    Said(
                        "priya",
                        "**The pipe at plot 3 has burst again.** The council has shut the valve; they say Thursday.",
                        &[],
                    ),
                    Said(
                        "tomas",
                        "I looked at it. The joint is a size that nobody has made since about 1960. I can turn a new one at the repair café, it wants an hour on the lathe.",
                        &["priya", "mira", "walter"],
                    ),
                    Said(
                        "mira",
                        "The rain butts behind the shed are full. Take from the left one, the right one has newts. :frog:",
                        &["priya", "kofi"],
                    ),
                    Said(
                        "priya",
                        "Please everyone: from the left one! @tomas if you make the joint I will talk to the council about letting you fit it.",
                        &["tomas"],
                    ),
                    Said("tomas", "Deal. There is more about it in {base}/repair-cafe/what-is-on-the-bench/.", &[]),
                    Said("walter", "Newts! Since when?", &[]),
                    Said("mira", "@walter since about April. I have told nobody but the newts.", &["walter", "kofi"]),
                ],
            },
            Topic {
                slug: "slugs-what-works",
                title: "Slugs: what works for you?",
                hours: 160,
                read: 7,
                messages: &[
                    Said(
                        "kofi",
                        "They have eaten the lettuce, the label that said lettuce, and are now looking at me.",
                        &["mira", "priya", "tomas", "walter"],
                    ),
                    Said(
                        "priya",
                        "Evening rounds with a torch. Nothing else has ever worked, and I have the spreadsheet to prove it.",
                        &["walter"],
                    ),
                    Said(
                        "walter",
                        "A plank laid flat on the soil. They sleep under it and in the morning you know where everybody lives.",
                        &["kofi"],
                    ),
                    Said(
                        "mira",
                        "Leave a corner wild for the slow worms and the beetles. It takes a year and then it takes care of itself.",
                        &["priya"],
                    ),
                    Said("kofi", "And what do I do with them _once I know where they live_?", &[]),
                    Said("tomas", "Introduce them to plot 20. The triffid needs company.", &["kofi", "priya"]),
                    Said("kofi", "Plank and torch it is. Thank you all :thumbsup:", &[]),
                ],
            },
        ],
    },
    Group {
        slug: "repair-cafe",
        name: "Repair café",
        description: "First Saturday of the month in the old fire station. We mend it *with* you, not for you.",
        private: false,
        members: &["tomas", "walter", "mira", "kofi", "agnes"],
        topics: &[
            Topic {
                slug: "what-is-on-the-bench",
                title: "What is on the bench",
                hours: 90,
                read: 8,
                messages: &[
                    Said(
                        "tomas",
                        "For Saturday I have so far: two toasters, a music box, a lamp that hums in B flat.",
                        &["agnes"],
                    ),
                    Said("agnes", "Are you sure about the B flat? I could use it.", &["tomas", "walter"]),
                    Said(
                        "walter",
                        "The music box is mine to do, if nobody minds. I have not had my hands in one since spring.",
                        &[],
                    ),
                    Said("tomas", "@walter I had written your name on it already.", &["walter"]),
                    Said(
                        "mira",
                        "May I bring a bicycle lamp? It works when I hit it, and it knows that I will.",
                        &["tomas", "kofi"],
                    ),
                    Said(
                        "tomas",
                        "Bring it. A lamp that works when hit has a broken joint: ten minutes with the iron, and you do the soldering, @mira.",
                        &[],
                    ),
                    Said("mira", "I have never soldered anything.", &[]),
                    Said("tomas", "Nobody has, before the first time. :wrench:", &["mira", "agnes", "walter"]),
                    Said(
                        "kofi",
                        "Can someone look at the cable drum for the party? The plug is warm after an hour.",
                        &[],
                    ),
                    Said("tomas", "@kofi unplug it, do not use it, bring it. That one first.", &["kofi", "walter"]),
                ],
            },
            Topic {
                slug: "label-printer-script",
                title: "A script for the label printer",
                hours: 44,
                read: 3,
                messages: &[
                    Said(
                        "mira",
                        "The label printer speaks plain text over the network, so nobody needs the program from the CD any more:\n\n```python\nimport socket\n\ndef label(text, host=\"printer.example.org\"):\n    with socket.create_connection((host, 9100)) as printer:\n        printer.sendall(text.encode(\"ascii\", \"replace\") + b\"\\n\\f\")\n\nlabel(\"TOASTER 2: do not shake\")\n```",
                        &["tomas", "kofi"],
                    ),
                    Said("tomas", "It printed! Where did you find that out?", &[]),
                    Said("mira", "The manual, page 61, below a picture of a happy office.", &["tomas"]),
                    Said("walter", "What is the `\\f` for?", &[]),
                    Said(
                        "tomas",
                        "@walter form feed: it pushes the label out. @mira could it do two columns?",
                        &["walter"],
                    ),
                    Said(
                        "kofi",
                        "I need sixty labels that say **NOT A BIN** for the party. Asking for a friend.",
                        &["mira", "tomas"],
                    ),
                ],
            },
            Topic {
                slug: "the-clock-from-the-old-chapel",
                title: "The clock from the old chapel",
                hours: 20,
                read: 1,
                messages: &[
                    Said(
                        "agnes",
                        "The chapel clock has stopped at twenty to four, in the middle of a rehearsal. The altos claim they did not notice.",
                        &["walter", "tomas"],
                    ),
                    Said("walter", "Do not let anyone wind it! When it stops by itself, it has a reason.", &[]),
                    Said("agnes", "Too late for the first attempt, in time for the second.", &[]),
                    Said(
                        "walter",
                        "I will come by with the small ladder. @tomas, might I borrow the long screwdrivers, and @mira, are your hands still steadier than mine?",
                        &["agnes"],
                    ),
                    Said("tomas", "They are in the red tin, with your name on it since last time.", &["walter"]),
                ],
            },
        ],
    },
    Group {
        slug: "harbour-choir",
        name: "Harbour choir",
        description: "Thursdays at half past seven in the old chapel. No auditions. Cake by rota.",
        private: false,
        members: &["agnes", "ines", "jonah", "mira"],
        topics: &[
            Topic {
                slug: "programme-for-the-winter-concert",
                title: "Programme for the winter concert",
                hours: 100,
                read: 7,
                messages: &[
                    Said(
                        "agnes",
                        "A first draft, please be kind:\n\n1. the round that we can sing asleep\n2. the slow one in four parts\n3. something with the audience\n4. *the difficult one*",
                        &["ines", "mira"],
                    ),
                    Said("ines", "Is the difficult one still difficult, or have we got better?", &["agnes"]),
                    Said("agnes", "Both.", &["ines", "jonah", "mira"]),
                    Said("jonah", "The tenors (me) ask for one more week before that is decided.", &[]),
                    Said(
                        "mira",
                        "For the one with the audience: could the words be on the back of the programme? In a size that @walter can read from the gallery.",
                        &["agnes"],
                    ),
                    Said("agnes", "Good thought. Large print, and we teach it from the front.", &["ines"]),
                    Said(
                        "jonah",
                        "One week later: the tenors have a tune. It may even be the right one.",
                        &["agnes", "mira"],
                    ),
                ],
            },
            Topic {
                slug: "warm-up-rounds",
                title: "Warm-up rounds that you like",
                hours: 34,
                read: 2,
                messages: &[
                    Said("ines", "I am collecting warm-ups. What do you hum on the way here?", &[]),
                    Said(
                        "jonah",
                        "The kingfisher's whistle, two notes, mostly flat. It is all {base}{first:kingfisher-at-the-second-lock} and its fault.",
                        &["mira"],
                    ),
                    Said(
                        "agnes",
                        "Anything that begins low and has an `ng` in it. Hold the `ng`, then let it open. The page by the singing school is good: [ten warm-ups](https://example.org/warm-ups).",
                        &["ines"],
                    ),
                    Said("ines", "@mira what was the one you did with the children in summer?", &[]),
                    Said("jonah", "The one with the frogs? :frog: It was *not* for indoors.", &["ines"]),
                ],
            },
        ],
    },
    Group {
        slug: "mill-lane-party",
        name: "Mill Lane street party",
        description: "The committee. Private, because of the surprise.",
        private: true,
        members: &["kofi", "mira", "tomas", "agnes"],
        topics: &[
            Topic {
                slug: "who-brings-what",
                title: "Who brings what",
                hours: 60,
                read: 5,
                messages: &[
                    Said(
                        "kofi",
                        "Twelve weeks to go, so we are late. I have tables (6), benches (12) and one opinion about bunting.",
                        &["mira"],
                    ),
                    Said(
                        "tomas",
                        "Grill, cable drum (_repaired_), extension leads, a fire bucket and the will to use it.",
                        &["kofi"],
                    ),
                    Said(
                        "agnes",
                        "Twenty-two people who can sing one round. If @kofi gives us a corner without a grill.",
                        &["kofi", "mira"],
                    ),
                    Said(
                        "mira",
                        "Salads from the plots, and I ask @priya about the big tea urn. She is not in here, so I shall be vague.",
                        &[],
                    ),
                    Said(
                        "kofi",
                        "Vague is good. The map with who stands where is at https://example.org/mill-lane/map.",
                        &[],
                    ),
                    Said(
                        "tomas",
                        "The map has the grill in front of my own window. I see how it is.",
                        &["kofi", "agnes"],
                    ),
                    Said(
                        "kofi",
                        "@mira can you take the permit to the town hall? They are open until noon, and I am not.",
                        &[],
                    ),
                ],
            },
            Topic {
                slug: "the-surprise",
                title: "The surprise",
                hours: 12,
                read: 0,
                messages: &[
                    Said(
                        "kofi",
                        "Walter turns eighty on the very day. I propose that at twenty to four, when the chapel clock strikes again for the first time, everyone sings.",
                        &["agnes", "tomas", "mira"],
                    ),
                    Said("agnes", "Oh, *yes*. In which key does it strike?", &["kofi"]),
                    Said(
                        "tomas",
                        "Somewhere near A. He is repairing it himself, so he must not notice that we need it done by then.",
                        &["agnes"],
                    ),
                    Said(
                        "kofi",
                        "@mira you hold the ladder for him on Tuesdays: how far is it? See {base}/repair-cafe/the-clock-from-the-old-chapel/",
                        &[],
                    ),
                    Said("agnes", "Forty candles, counted twice. :cake:", &["kofi", "tomas"]),
                ],
            },
        ],
    },
];
