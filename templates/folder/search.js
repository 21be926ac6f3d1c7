// Searches the messages of the folder. Pages opened from a disk may not fetch files, but may load scripts: the messages
// are in scripts that call klatchMessages.
"use strict";

const MOST = 200;
const messages = [];
const words = document.getElementById("words");
const state = document.getElementById("state");
const results = document.getElementById("results");
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

function show() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.replaceChildren();
  if (wanted.length === 0) {
    state.textContent = waiting > 0 ? "Loading…" : `${messages.length} messages`;
    return;
  }
  const found = messages.filter((message) => wanted.every((word) => message.folded.includes(word)));
  results.append(...found.slice(0, MOST).map(line));
  const count = `${found.length} ${found.length === 1 ? "result" : "results"}`;
  state.textContent = found.length > MOST ? `${count}, showing the first ${MOST}` : count;
}

words.addEventListener("input", show);
load("search-files.js");
