package org.bufferyard.platform.verdict;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result for one policy and one importer.
 *
 * @param policy {@code mainline} or {@code proposal}
 * @param memory what the buffer was made of, as asked for and as it came out
 * @param ops exporter ops that were used; empty when no buffer came to be
 * @param errno what user space sees, such as {@code "-EINVAL"}; empty for success and for a stop
 * @param stop why Bufferyard could not follow the kernel to the end; empty when it did
 * @param segments what the importer was given
 * @param mappings IOMMU mappings made for the importer
 * @param remedies what would change the verdict, most useful first
 */
public record Share(
    String policy,
    String exporter,
    String importer,
    String memory,
    String ops,
    Verdict verdict,
    Optional<String> errno,
    Optional<String> stop,
    List<SegmentView> segments,
    List<MappingView> mappings,
    List<HazardView> hazards,
    List<ChainStep> chain,
    List<String> remedies,
    Cost cost) {

  /**
   * @param page physical address of the page; empty: DMA-only
   */
  public record SegmentView(long dma, long length, Optional<PageView> page) {}

  /**
   * @param valid whether the page has a linear mapping
   */
  public record PageView(long phys, boolean valid) {}

  /**
   * @param prot as {@code READ|WRITE}
   */
  public record MappingView(String iommu, long iova, long phys, long size, String prot) {}

  /** Something that went well by luck. */
  public record HazardView(String rule, String element, String text) {}

  /**
   * What it costs, counted.
   *
   * @param copiedBytes bytes that software copied
   * @param cacheBytes bytes that CPU cache maintenance walked over
   * @param iommuMaps page-table map calls
   */
  public record Cost(long copiedBytes, long cacheBytes, long iommuMaps, long transferredBytes) {}

  public Share {
    Objects.requireNonNull(verdict, "verdict");
    segments = List.copyOf(segments);
    mappings = List.copyOf(mappings);
    hazards = List.copyOf(hazards);
    chain = List.copyOf(chain);
    remedies = List.copyOf(remedies);
  }
}
