# What is wrong with the words or the pattern of a moderation rule.
no-words = Enter at least one word, one per line.
too-many-words = Use at most { $most } words. You entered { $count }.
word-too-long = Words can have at most { $most } characters. One of yours has { $count }.
words-too-big = These are too many words for one rule. Split them into two rules.
no-pattern = Enter a pattern.
pattern-lines = Enter the pattern on one line.
pattern-too-long = Patterns can have at most { $most } characters. This one has { $count }.
pattern-too-big = This pattern is too big. Use fewer or shorter repetitions.
# The reason is that of the library for patterns, in English.
pattern-wrong-because = This pattern isn't valid: { $why }.
pattern-wrong = This pattern isn't a valid regular expression.
pattern-matches-all = This pattern matches empty text, so it would match every message.
