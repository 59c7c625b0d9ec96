package org.bufferyard.check.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageRef;

/**
 * Where each dma-buf lies for a device: for an importer the list that was mapped for it just before its
 * mapping was reported, for an exporter its last allocation of that size. Bounded. Used by one thread
 * at a time.
 */
final class BufferPlaces {
  private static final int MOST = 4096;

  private record Place(String device, long start, long size) {
    boolean holds(String who, long address) {
      return device.equals(who) && Long.compareUnsigned(address - start, size) < 0;
    }
  }

  private final Map<String, List<Place>> places = new Recent<>(MOST);

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
          of(m.element()).addAll(list);
        }
      }
      case DmaEvent.SgUnmapped s -> gone(s.element(), s.dma());
      case DmaEvent.RemapUndone r -> gone(r.element(), r.dma());
      case DmaEvent.Unmapped u -> gone(u.element(), new long[] {u.dma()});
      case DmaEvent.Released r -> places.remove(r.element());
      default -> {}
    }
  }

  private void exported(DmaEvent.Exported e) {
    Place place = allocated.get(e.exporter());
    if (place != null && place.size() == PageRef.align(e.size())) {
      allocated.remove(e.exporter());
      of(e.element()).add(place);
    }
  }

  private List<Place> of(String buffer) {
    return places.computeIfAbsent(buffer, b -> new ArrayList<>());
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
    for (long start : dma) {
      for (List<Place> list : places.values()) {
        if (list.removeIf(p -> p.device().equals(device) && p.start() == start)) {
          break;
        }
      }
    }
  }

  /** The buffer that a device reaches at an address. */
  Optional<String> at(String device, long address) {
    return places.entrySet().stream()
        .filter(e -> e.getValue().stream().anyMatch(p -> p.holds(device, address)))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
