// Searches the messages of the folder. Pages opened from a disk may not fetch files, but may load scripts: the messages
// are in scripts that call klatchMessages.
"use strict";

const MOST = 200;
const messages = [];
const words = document.getElementById("words");
const state = document.getElementById("state");
const results = document.getElementById("results");
// The page has the texts, in its language. A name in braces stands for what is inserted.
const texts = state.dataset;
let waiting = 1;

function load(name) {
  const script = document.createElement("script");
  script.src = name;
  script.onload = script.onerror = () => {
    waiting -= 1;
    show();
  };
  document.head.append(script);
}

window.klatchFiles = (count) => {
  waiting += count;
  for (let number = 0; number < count; number += 1) {
    load(`search-${number}.js`);
  }
};

window.klatchMessages = (more) => {
  for (const [address, title, author, text] of more) {
    messages.push({ address, title, author, text, folded: `${title}\n${author}\n${text}`.toLowerCase() });
  }
};

function line(message) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = message.address;
  link.textContent = message.title;
  const excerpt = document.createElement("p");
  excerpt.textContent = `${message.author}: ${message.text.slice(0, 300)}`;
  item.append(link, excerpt);
  return item;
}

function written(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function counted(count, one, other) {
  return written(count === 1 ? one : other, { count });
}

function show() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.replaceChildren();
  if (wanted.length === 0) {
    state.textContent = waiting > 0 ? texts.loading : counted(messages.length, texts.allOne, texts.all);
    return;
  }
  const found = messages.filter((message) => wanted.every((word) => message.folded.includes(word)));
  results.append(...found.slice(0, MOST).map(line));
  const count = counted(found.length, texts.foundOne, texts.found);
  state.textContent = found.length > MOST ? written(texts.firstOnly, { results: count, most: MOST }) : count;
}

words.addEventListener("input", show);
load("search-files.js");
