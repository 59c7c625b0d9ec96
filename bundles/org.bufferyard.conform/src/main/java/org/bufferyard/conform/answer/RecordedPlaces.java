package org.bufferyard.conform.answer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PageRef;

/**
 * Places in a recorded answer that only the kernel could choose. What does not have the recorder's
 * shape is no place: the comparison then lists the field, and nothing else goes wrong for it.
 */
public final class RecordedPlaces {
  private RecordedPlaces() {}

  /** Physically contiguous pages. */
  public record Run(long phys, long pages) {}

  /** A decimal or 0x number. */
  public static Optional<Long> number(JsonElement value) {
    if (value == null || !value.isJsonPrimitive()) {
      return Optional.empty();
    }
    String text = value.getAsString();
    try {
      return Optional.of(
          text.startsWith("0x")
              ? Long.parseUnsignedLong(text.substring(2), 16)
              : Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether a list of texts has one that starts so. */
  public static boolean mentions(JsonObject recorded, String field, String start) {
    if (recorded.get(field) instanceof JsonArray texts) {
      for (JsonElement text : texts) {
        if (text.isJsonPrimitive() && text.getAsString().startsWith(start)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Where an allocation lies: {@code pages} or the entries of {@code sg}. */
  public static List<Run> runs(JsonObject recorded) {
    return recorded.has("pages")
        ? runs(recorded.get("pages"), 1, 1)
        : runs(recorded.get("sg"), 2, PageRef.SIZE);
  }

  /** First addresses of {@code segs}. */
  public static List<Long> segments(JsonObject recorded) {
    List<Long> addresses = new ArrayList<>();
    if (recorded.get("segs") instanceof JsonArray segments) {
      for (JsonElement segment : segments) {
        element(segment, 0).ifPresent(addresses::add);
      }
    }
    return addresses;
  }

  private static List<Run> runs(JsonElement value, int lengthAt, long unit) {
    List<Run> runs = new ArrayList<>();
    if (value instanceof JsonArray list) {
      for (JsonElement entry : list) {
        Optional<Long> pfn = element(entry, 0);
        Optional<Long> length = element(entry, lengthAt);
        if (pfn.isPresent() && length.isPresent()) {
          runs.add(new Run(pfn.get() << PageRef.SHIFT, (length.get() + unit - 1) / unit));
        }
      }
    }
    return runs;
  }

  private static Optional<Long> element(JsonElement entry, int index) {
    return entry instanceof JsonArray list && index < list.size()
        ? number(list.get(index))
        : Optional.empty();
  }
}
