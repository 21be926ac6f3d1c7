// Times on an English page are those of `templates/src/when.rs`.

import { expectTimes } from './past-times.js';

const EXPECTED = ['just now', '1 min ago', '12 min ago', '2 h ago', 'yesterday', '3 days ago', '3 Mar', '12 Mar 2026'];
await expectTimes('en', ['en-GB', 'fr'], {}, EXPECTED);
