package org.bufferyard.conform.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.conform.record.RecordedCase;

/**
 * Where memory lay that only the kernel could place, behind an IOMMU: the answer to a mapping tells
 * an IOVA, and the place shows in what the record says later. A later look at the object counts until
 * another command names the object anew; the trace counts by its order.
 */
final class Sightings {
  private final RecordedCase recorded;
  private final JsonArray trace;

  Sightings(RecordedCase recorded) {
    this.recorded = recorded;
    this.trace = recorded.trace().orElseGet(JsonArray::new);
  }

  boolean hasTrace() {
    return !trace.isEmpty();
  }

  /**
   * Physical address of the first byte behind entry {@code entry} of an object that {@code op} maps,
   * by a later {@code iova} or {@code devr}; entry 0 of a single mapping is itself.
   */
  Optional<Long> behind(Operation op, String object, int entry) {
    for (int i = op.index() + 1; i < recorded.ops().size(); i++) {
      String[] words = recorded.ops().get(i).split(" ", -1);
      if (words.length < 3 || !words[1].equals(op.word(1))) {
        if (words.length > 1 && words[0].startsWith("unmap") && words[1].equals(object)) {
          break;
        }
        continue;
      }
      boolean same =
          words[2].equals(object + ":" + entry) || entry == 0 && words[2].equals(object);
      Optional<Long> seen = same ? seen(words, recorded.results().get(i)) : Optional.empty();
      if (seen.isPresent()) {
        return seen;
      }
      if (words[0].startsWith("map") && words[2].equals(object)) {
        break;
      }
    }
    return Optional.empty();
  }

  private static Optional<Long> seen(String[] words, JsonObject result) {
    return switch (words[0]) {
      case "iova" ->
          result.get("phys") instanceof JsonArray pages && !pages.isEmpty()
              ? RecordedPlaces.number(pages.get(0)).filter(phys -> phys != 0)
              : Optional.empty();
      case "devr" ->
          RecordedPlaces.number(result.get("phys"))
              .filter(phys -> phys != 0 && words.length > 3 && words[3].matches("[0-9]+"))
              .map(phys -> phys - Long.parseLong(words[3]));
      default -> Optional.empty();
    };
  }

  /**
   * Where the first bounce of a mapping command went, if the trace tells: what the IOMMU was given to
   * map behind the bounce.
   *
   * @param position trace lines that came before the command
   * @param dmas device addresses of what it mapped, in order; empty for a list that failed
   * @param minAlignMask bits of the original address that the bounce keeps
   */
  Optional<Long> firstBounce(int position, List<Long> dmas, long minAlignMask) {
    int at = position;
    if (dmas.isEmpty()) {
      while (is(at, "map")) {
        at++;
      }
      return bounceAt(at, minAlignMask);
    }
    for (long dma : dmas) {
      if (is(at, "bounce")) {
        return bounceAt(at, minAlignMask);
      }
      if (!is(at, "map") || value(at, 1) != (dma & -PageRef.SIZE)) {
        return Optional.empty();
      }
      at++;
    }
    return Optional.empty();
  }

  private Optional<Long> bounceAt(int at, long minAlignMask) {
    return is(at, "bounce") && is(at + 1, "map")
        ? Optional.of(value(at + 1, 2) | value(at, 3) & minAlignMask & PageRef.SIZE - 1)
        : Optional.empty();
  }

  /**
   * The pages of an allocation, by what the trace says was mapped for it.
   *
   * @param position trace lines that came before the command
   * @return physical addresses in IOVA order; empty when the trace does not say
   */
  List<Long> pagesAt(int position, long iova, long sizeBytes) {
    List<Long> pages = new ArrayList<>();
    long done = 0;
    for (int at = position; is(at, "map") && value(at, 1) == iova + done; at++) {
      long bytes = value(at, 3);
      for (long offset = 0; offset < bytes; offset += PageRef.SIZE) {
        pages.add(value(at, 2) + offset);
      }
      done += bytes;
      if (done >= sizeBytes) {
        return pages;
      }
    }
    return List.of();
  }

  /** The pages of an allocation, by a later look at all of it. */
  List<Long> pagesSeenLater(Operation op, String object) {
    for (int i = op.index() + 1; i < recorded.ops().size(); i++) {
      String[] words = recorded.ops().get(i).split(" ", -1);
      if (words[0].equals("free") && words[1].equals(object)
          || words[0].startsWith("alloc") && words[2].equals(object)) {
        break;
      }
      if (words[0].equals("iova") && words[2].equals(object)
          && recorded.results().get(i).get("phys") instanceof JsonArray phys) {
        List<Long> pages = new ArrayList<>();
        phys.forEach(page -> RecordedPlaces.number(page).ifPresent(pages::add));
        return pages;
      }
    }
    return List.of();
  }

  /** First bytes of all pages that the record names as anybody's. */
  Set<Long> pagesNamed() {
    Set<Long> named = new HashSet<>();
    for (JsonObject result : recorded.results()) {
      for (RecordedPlaces.Run run : RecordedPlaces.runs(result)) {
        for (long page = 0; page < run.pages(); page++) {
          named.add(run.phys() + (page << PageRef.SHIFT));
        }
      }
    }
    return named;
  }

  private boolean is(int at, String kind) {
    return at < trace.size()
        && trace.get(at) instanceof JsonArray line
        && line.size() >= 4
        && line.get(0).isJsonPrimitive()
        && line.get(0).getAsString().equals(kind);
  }

  private long value(int at, int word) {
    return RecordedPlaces.number(((JsonArray) trace.get(at)).get(word)).orElse(0L);
  }
}
