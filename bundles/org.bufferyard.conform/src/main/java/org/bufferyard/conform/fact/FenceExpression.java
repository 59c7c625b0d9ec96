package org.bufferyard.conform.fact;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;

/**
 * Fences as a fact writes them: {@code f1}, {@code array(f1,f2)}, {@code chain(f1,array(f2,f3))},
 * {@code merge(f1,f2)}. A name stands for one fence, on a timeline of its own.
 */
final class FenceExpression {
  /** Deeper ones are no fact. */
  private static final int MAX_DEPTH = 64;

  private final DmaFences fences;
  private final String text;
  private final Map<String, DmaFence> named = new LinkedHashMap<>();
  private int at;

  FenceExpression(DmaFences fences, String text) {
    this.fences = fences;
    this.text = text.replace(" ", "");
  }

  /** What it stands for; empty when it is not understood. */
  Optional<DmaFence> value() {
    at = 0;
    return term(0).filter(v -> at == text.length());
  }

  /** The name of one of its fences; empty text for another one. */
  String nameOf(DmaFence fence) {
    return named.entrySet().stream()
        .filter(e -> e.getValue() == fence)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }

  private Optional<DmaFence> term(int depth) {
    int start = at;
    while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    String word = text.substring(start, at);
    if (word.isEmpty() || depth > MAX_DEPTH) {
      return Optional.empty();
    }
    if (!next('(')) {
      return Optional.of(named.computeIfAbsent(word, w -> fences.fence(named.size() + 1L, 1)));
    }
    List<DmaFence> parts = new ArrayList<>();
    do {
      Optional<DmaFence> part = term(depth + 1);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    } while (next(','));
    return next(')') ? container(word, parts) : Optional.empty();
  }

  private boolean next(char c) {
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private Optional<DmaFence> container(String kind, List<DmaFence> parts) {
    return switch (kind) {
      case "array" -> Optional.of(fences.array(parts, false));
      case "merge" -> Optional.of(fences.merge(parts));
      case "chain" -> {
        Optional<DmaFence> link = Optional.empty();
        for (int i = 0; i < parts.size(); i++) {
          link = Optional.of(fences.chain(link, parts.get(i), i + 1L));
        }
        yield link;
      }
      default -> Optional.empty();
    };
  }
}
