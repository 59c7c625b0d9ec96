package org.bufferyard.web.verdict;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;

/** The elements that the bytes of a share pass, from the exporter to the importer. One thread. */
final class BytePath {
  private final PlatformSpec spec;
  private final Topology board;

  BytePath(PlatformSpec spec, Topology board) {
    this.spec = spec;
    this.board = board;
  }

  List<String> of(Share share) {
    SequencedSet<String> path = new LinkedHashSet<>();
    path.add(share.exporter());
    path.addAll(iommus(share.exporter()));
    path.addAll(buses(share.exporter()));
    place(share).ifPresent(path::add);
    path.addAll(buses(share.importer()).reversed());
    path.addAll(iommus(share.importer()));
    // Also when it lies on the way there: the path ends at the importer.
    path.remove(share.importer());
    path.add(share.importer());
    return List.copyOf(path);
  }

  private List<String> iommus(String device) {
    return spec.device(device).stream()
        .flatMap(d -> d.streams().stream())
        .map(s -> s.iommu())
        .distinct()
        .toList();
  }

  /** The pool or bank that the first segment lies in. */
  private Optional<String> place(Share share) {
    return phys(share).flatMap(this::at);
  }

  private Optional<Long> phys(Share share) {
    if (!share.mappings().isEmpty()) {
      return Optional.of(share.mappings().getFirst().phys());
    }
    if (share.segments().isEmpty()) {
      return Optional.empty();
    }
    Share.SegmentView first = share.segments().getFirst();
    return first
        .page()
        .map(Share.PageView::phys)
        .or(() -> spec.device(share.importer()).map(d -> toPhys(d, first.dma())));
  }

  private static long toPhys(DeviceSpec device, long dma) {
    return device.reach().rangeMap().toPhys(dma);
  }

  private Optional<String> at(long phys) {
    Optional<String> pool =
        spec.pools().stream().filter(p -> p.range().contains(phys)).map(p -> p.id()).findFirst();
    return pool.or(
        () ->
            spec.memory().stream()
                .filter(m -> m.range().contains(phys))
                .map(m -> m.id())
                .findFirst());
  }

  /** From the device up; an interconnect that is named counts before the bus that contains. */
  private List<String> buses(String device) {
    List<String> buses = new ArrayList<>();
    Optional<Component> at = component(device);
    while (at.isPresent() && buses.size() < 64) {
      at = above(at.get());
      at.map(Component::getId).ifPresent(buses::add);
    }
    return buses;
  }

  private static Optional<Component> above(Component component) {
    Bus named =
        switch (component) {
          case Device device -> device.getDmaParent();
          case Bus bus -> bus.getDmaParent();
          default -> null;
        };
    EObject above = named == null ? component.eContainer() : named;
    return above instanceof Bus bus ? Optional.of(bus) : Optional.empty();
  }

  private Optional<Component> component(String id) {
    for (var all = board.eAllContents(); all.hasNext(); ) {
      if (all.next() instanceof Component component && id.equals(component.getId())) {
        return Optional.of(component);
      }
    }
    return Optional.empty();
  }
}
