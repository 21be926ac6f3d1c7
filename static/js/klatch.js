// The page's script. Every page works without it: it adds live messages, drafts, suggestions, fresh times and keys.

import { start as startComposer } from './composer.js';
import { start as startImages } from './images.js';
import { start as startKeyboard } from './keyboard.js';
import { start as startMessages } from './messages.js';
import { start as startSuggestions } from './suggest.js';
import { start as startTimes } from './times.js';

for (const start of [startTimes, startMessages, startComposer, startImages, startKeyboard, startSuggestions]) {
  try {
    start();
  } catch (error) {
    console.error(error);
  }
}

// Imported separately, so that the rest works when live updates are unavailable.
import('./live.js').then((live) => live.start()).catch((error) => console.error(error));
