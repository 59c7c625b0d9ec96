package org.bufferyard.scenario.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Share.Cost;
import org.bufferyard.platform.verdict.Share.HazardView;
import org.bufferyard.platform.verdict.Share.MappingView;

/** Reads the events of one share into what a person wants to know. Stateless but for its input. */
final class ChainReader {
  private final List<DmaEvent> events;

  ChainReader(List<DmaEvent> events) {
    this.events = events;
  }

  /** The steps in the order in which they were taken; a repeated one is told once. */
  List<ChainStep> chain(KernelProfile kernel) {
    List<ChainStep> chain = new ArrayList<>();
    Set<String> told = new HashSet<>();
    if (kernel.isHistoric()) {
      add(
          chain,
          told,
          "profile",
          kernel.name(),
          "",
          "kernel "
              + kernel.name()
              + " behaves as "
              + kernel.behavesAs()
              + " in every rule but C1, B2 and the missing F15",
          Map.of());
    }
    for (DmaEvent event : events) {
      switch (event) {
        case DmaEvent.Decided d ->
            add(chain, told, d.rule().id(), d.rule().function(), d.element(), d.text(), d.values());
        case DmaEvent.Oopsed o ->
            add(
                chain,
                told,
                o.rule().id(),
                o.rule().function(),
                o.element(),
                "the kernel dies: " + o.text(),
                Map.of());
        case DmaEvent.KernelMessage m when isNews(m) ->
            add(chain, told, "log", "printk", m.element(), m.text(), Map.of());
        default -> {
          // Everything else is what the steps speak of.
        }
      }
    }
    return chain;
  }

  /** Log lines that no step says already in its own words. */
  private static boolean isNews(DmaEvent.KernelMessage message) {
    return switch (message.kind()) {
      case BEYOND_MASK, WARNING, BUG -> true;
      case OVERFLOW, BOUNCE_FULL, OOPS, IOMMU_FAULT, INFO -> false;
    };
  }

  private static void add(
      List<ChainStep> chain,
      Set<String> told,
      String rule,
      String function,
      String element,
      String text,
      Map<String, String> values) {
    if (told.add(rule + '\0' + element + '\0' + text)) {
      chain.add(new ChainStep(chain.size() + 1, rule, function, element, text, values));
    }
  }

  List<HazardView> hazards() {
    return events.stream()
        .filter(DmaEvent.HazardRaised.class::isInstance)
        .map(DmaEvent.HazardRaised.class::cast)
        .map(h -> new HazardView(h.rule().id(), h.element(), h.text()))
        .distinct()
        .toList();
  }

  /**
   * What was mapped for the importer after the buffer existed.
   *
   * @param there whether it did from the start, as registers do
   */
  List<MappingView> mappings(Optional<String> domain, String iommu, boolean there) {
    List<MappingView> mappings = new ArrayList<>();
    boolean exported = there;
    for (DmaEvent event : events) {
      exported |= event instanceof DmaEvent.Exported;
      if (exported
          && event instanceof DmaEvent.IommuMapped m
          && domain.isPresent()
          && m.element().equals(domain.get())) {
        mappings.add(
            new MappingView(iommu, m.iova(), m.phys(), m.size(), IommuProt.text(m.prot())));
      }
    }
    return mappings;
  }

  boolean bounced(String device) {
    return events.stream()
        .anyMatch(e -> e instanceof DmaEvent.Bounced b && b.element().equals(device));
  }

  Cost cost() {
    long copied = 0;
    long cache = 0;
    long maps = 0;
    long moved = 0;
    for (DmaEvent event : events) {
      switch (event) {
        case DmaEvent.Bounced b -> copied += b.size();
        case DmaEvent.CacheCleaned c -> cache += c.length();
        case DmaEvent.CacheInvalidated c -> cache += c.length();
        case DmaEvent.IommuMapped m -> maps++;
        case DmaEvent.DeviceAccess a -> moved += a.length();
        default -> {
          // Costs nothing that is counted.
        }
      }
    }
    return new Cost(copied, cache, maps, moved);
  }
}
