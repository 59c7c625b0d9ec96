package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.bufferyard.platform.yard.YardDevice;

/** The heaps that a kernel has on this board (G3, G4). */
final class DmaHeaps {
  static final String SYSTEM = "system";

  /** The default area has a name of its own, whatever its region is called. */
  private static final Rule DEFAULT_NAME = Rule.of("G4", "add_cma_heaps").since(7, 0);

  /** A heap for each region of the devicetree beside the default one. */
  private static final Rule HEAP_A_REGION = Rule.of("G4", "add_cma_heaps").since(7, 0);

  private static final String DEFAULT_CMA = "default_cma_region";

  private DmaHeaps() {}

  static List<DmaHeap> of(DmaBufEngineContext yard) {
    List<DmaHeap> heaps = new ArrayList<>();
    heaps.add(new DmaHeap.SystemHeap(SYSTEM));
    Optional<YardDevice.Pool> standard = yard.defaultCma();
    standard.ifPresent(
        area ->
            heaps.add(
                new DmaHeap.CmaHeap(
                    DEFAULT_NAME.holdsIn(yard.kernel()) ? DEFAULT_CMA : area.spec().name(),
                    area)));
    if (HEAP_A_REGION.holdsIn(yard.kernel())) {
      yard.cmaAreas().stream()
          .filter(area -> standard.filter(s -> s.spec().id().equals(area.spec().id())).isEmpty())
          .forEach(area -> heaps.add(new DmaHeap.CmaHeap(area.spec().name(), area)));
    }
    return List.copyOf(heaps);
  }
}
