package org.bufferyard.conform.record;

import java.util.List;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.platform.input.BadInputException;

/**
 * One recorded command and its words.
 *
 * @param index in the case, from 0
 */
public record Operation(int index, String text, List<String> words, String where) {

  public static Operation of(int index, String text, String where) {
    return new Operation(index, text, List.of(text.strip().split("\\s+", -1)), where);
  }

  public String verb() {
    return words.getFirst();
  }

  public int length() {
    return words.size();
  }

  /** Word {@code i}, the verb being 0. */
  public String word(int i) {
    if (i >= words.size()) {
      throw wrong("ends before word " + i);
    }
    return words.get(i);
  }

  /** A decimal or 0x number, unsigned. */
  public long number(int i) {
    return number(word(i));
  }

  public long number(int i, long absent) {
    return i < words.size() ? number(words.get(i)) : absent;
  }

  /** The number in a word, unless it is missing or {@code -}. */
  public long numberOr(int i, long asItIs) {
    return given(i) ? number(i) : asItIs;
  }

  /** Whether the word is there and is not {@code -}, which stands for "as it is". */
  public boolean given(int i) {
    return i < words.size() && !words.get(i).equals("-");
  }

  public long number(String word) {
    try {
      return word.startsWith("0x")
          ? Long.parseUnsignedLong(word.substring(2), 16)
          : Long.parseLong(word);
    } catch (NumberFormatException e) {
      throw wrong("has " + word + " where a number belongs");
    }
  }

  public DmaDirection direction(int i) {
    return switch (word(i)) {
      case "b" -> DmaDirection.BIDIRECTIONAL;
      case "t" -> DmaDirection.TO_DEVICE;
      case "f" -> DmaDirection.FROM_DEVICE;
      case "n" -> DmaDirection.NONE;
      default -> throw wrong("has no direction in word " + i);
    };
  }

  public Gfp gfp(int i) {
    boolean blocking = true;
    boolean dma32 = false;
    for (char letter : word(i).toCharArray()) {
      switch (letter) {
        case 'k' -> blocking = true;
        case 'a' -> blocking = false;
        case 'd' -> dma32 = true;
        default -> throw wrong("has the unknown gfp letter " + letter);
      }
    }
    return new Gfp(blocking, dma32, false);
  }

  /** Attribute letters; a missing word means none. */
  public DmaAttrs attrs(int i) {
    DmaAttrs attrs = DmaAttrs.NONE;
    if (!given(i)) {
      return attrs;
    }
    for (char letter : words.get(i).toCharArray()) {
      attrs = attrs.with(attr(letter));
    }
    return attrs;
  }

  private DmaAttr attr(char letter) {
    return switch (letter) {
      case 'w' -> DmaAttr.WRITE_COMBINE;
      case 'n' -> DmaAttr.NO_KERNEL_MAPPING;
      case 'f' -> DmaAttr.FORCE_CONTIGUOUS;
      case 's' -> DmaAttr.SKIP_CPU_SYNC;
      case 'q' -> DmaAttr.NO_WARN;
      case 'p' -> DmaAttr.ALLOC_SINGLE_PAGES;
      case 'm' -> DmaAttr.MMIO;
      case 'i' -> DmaAttr.DEBUGGING_IGNORE_CACHELINES;
      case 'r' -> DmaAttr.REQUIRE_COHERENT;
      case 'c' -> DmaAttr.CC_SHARED;
      case 'o' -> DmaAttr.WEAK_ORDERING;
      case 'v' -> DmaAttr.PRIVILEGED;
      default -> throw wrong("has the unknown attribute letter " + letter);
    };
  }

  public BrokenCommandException wrong(String what) {
    return new BrokenCommandException(
        new BadInputException(
            "command " + index + " \"" + text + "\" " + what,
            where,
            "repair or remove the line"));
  }

  /** The line itself is broken; kept apart from what an engine says about a board. */
  public static final class BrokenCommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient BadInputException complaint;

    BrokenCommandException(BadInputException complaint) {
      super(complaint);
      this.complaint = complaint;
    }

    public BadInputException complaint() {
      return complaint;
    }
  }
}
