package org.bufferyard.check.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageRef;

/**
 * Where each dma-buf lies for a device: for an importer the list that was mapped for it just before its
 * mapping was reported, for an exporter its last allocation of that size. Bounded: a device that has more
 * than {@value #MOST} places is forgotten and begins anew. Used by one thread at a time.
 */
final class BufferPlaces {
  private static final int MOST = 4096;

  private record Place(String device, long start, long size) {}

  /** A place and the buffer in it. */
  private record Taken(long size, String buffer) {}

  /** Of each device, by first byte. */
  private final Map<String, TreeMap<Long, Taken>> spaces = new HashMap<>();

  private final Map<String, List<Place>> ofBuffer = new Recent<>(MOST);

  /** What was mapped for a device last, and not claimed by a buffer. */
  private final Map<String, List<Place>> mapped = new Recent<>(MOST);

  /** What a device allocated last, and not exported. */
  private final Map<String, Place> allocated = new Recent<>(MOST);

  void see(DmaEvent event) {
    switch (event) {
      case DmaEvent.Allocated a ->
          allocated.put(a.element(), new Place(a.element(), a.dma(), PageRef.align(a.size())));
      case DmaEvent.Exported e -> exported(e);
      case DmaEvent.SgMapped s ->
          mapped.put(s.element(), places(s.element(), s.dma(), s.lengths()));
      case DmaEvent.Remapped r ->
          mapped.put(r.element(), places(r.element(), r.dma(), r.lengths()));
      case DmaEvent.Mapped m ->
          mapped.put(m.element(), List.of(new Place(m.element(), m.dma(), m.size())));
      case DmaEvent.BufferMapped m -> {
        List<Place> list = mapped.remove(m.importer());
        if (list != null) {
          list.forEach(place -> take(m.element(), place));
        }
      }
      case DmaEvent.SgUnmapped s -> gone(s.element(), s.dma());
      case DmaEvent.RemapUndone r -> gone(r.element(), r.dma());
      case DmaEvent.Unmapped u -> gone(u.element(), new long[] {u.dma()});
      case DmaEvent.Released r -> released(r.element());
      default -> {}
    }
  }

  private void exported(DmaEvent.Exported e) {
    Place place = allocated.get(e.exporter());
    if (place != null && place.size() == PageRef.align(e.size())) {
      allocated.remove(e.exporter());
      take(e.element(), place);
    }
  }

  private void take(String buffer, Place place) {
    TreeMap<Long, Taken> space =
        spaces.computeIfAbsent(place.device(), d -> new TreeMap<>(Long::compareUnsigned));
    if (space.size() >= MOST) {
      space.clear();
    }
    space.put(place.start(), new Taken(place.size(), buffer));
    List<Place> there = ofBuffer.computeIfAbsent(buffer, b -> new ArrayList<>());
    if (there.size() >= MOST) {
      there.clear();
    }
    there.add(place);
  }

  private static List<Place> places(String device, long[] dma, long[] lengths) {
    List<Place> list = new ArrayList<>();
    for (int i = 0; i < dma.length; i++) {
      if (lengths[i] != 0) {
        list.add(new Place(device, dma[i], lengths[i]));
      }
    }
    return list;
  }

  private void gone(String device, long[] dma) {
    TreeMap<Long, Taken> space = spaces.get(device);
    if (space == null) {
      return;
    }
    for (long start : dma) {
      Taken taken = space.remove(start);
      List<Place> there = taken == null ? null : ofBuffer.get(taken.buffer());
      if (there != null) {
        there.removeIf(p -> p.start() == start && p.device().equals(device));
      }
    }
  }

  private void released(String buffer) {
    List<Place> there = ofBuffer.remove(buffer);
    if (there != null) {
      for (Place place : there) {
        spaces
            .get(place.device())
            .computeIfPresent(
                place.start(), (start, taken) -> taken.buffer().equals(buffer) ? null : taken);
      }
    }
  }

  /** The buffer that a device reaches at an address. */
  Optional<String> at(String device, long address) {
    TreeMap<Long, Taken> space = spaces.get(device);
    Map.Entry<Long, Taken> below = space == null ? null : space.floorEntry(address);
    return below != null
            && Long.compareUnsigned(address - below.getKey(), below.getValue().size()) < 0
        ? Optional.of(below.getValue().buffer())
        : Optional.empty();
  }
}
