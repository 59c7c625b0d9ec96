package org.bufferyard.platform.spec;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;

/**
 * One device as a fresh one starts.
 *
 * @param id of the model element
 * @param name short name, as a person types it
 * @param path of the element in the model or devicetree
 * @param model its compatible string, by which a device kind is chosen
 * @param type nsURI and class of the model element
 * @param streams {@code iommus} entries to enabled providers
 * @param pools {@code memory-region}, in order; the first coherent one serves dma_alloc_attrs
 * @param group devices with the same group share one IOMMU domain; empty: a group of its own
 * @param registers register windows and BARs, for resource mappings
 * @param reservedIova IOVA windows that the DMA API never hands out to it (D3)
 * @param ops exporter ops that the model names; empty: the driver's facts decide
 * @param requiresContiguous whether the model says that imports must be contiguous
 * @param attributes of the device type: Long, Boolean, String, names of enum literals, ids of
 *     referenced elements
 * @param identityIova physical ranges that are mapped 1:1 in its domain from the start (D3,
 *     direct); each also stands in {@code reservedIova}
 * @param pciPath where a PCI function stands; empty for others, and when nothing says it
 */
public record DeviceSpec(
    String id,
    String name,
    String path,
    String model,
    String type,
    Reach reach,
    Limits limits,
    boolean pci,
    List<StreamId> streams,
    List<String> pools,
    Optional<String> group,
    List<PhysRange> registers,
    List<PhysRange> reservedIova,
    Optional<String> ops,
    Optional<Boolean> requiresContiguous,
    Map<String, Object> attributes,
    List<PhysRange> identityIova,
    Optional<PciPath> pciPath) {

  /**
   * What it can address (A5-A7).
   *
   * @param dmaMask empty: no mask pointer
   * @param busDmaLimit 0 for none
   * @param masksStated whether the model states the masks; else they are the bus's default, and the
   *     driver's facts may set others
   */
  public record Reach(
      OptionalLong dmaMask,
      long coherentDmaMask,
      long busDmaLimit,
      DmaRangeMap rangeMap,
      boolean coherent,
      boolean masksStated) {
    /** A fresh platform device: 32-bit masks, no map. */
    public static Reach platformDefault(boolean coherent) {
      return new Reach(
          OptionalLong.of(0xffff_ffffL), 0xffff_ffffL, 0, DmaRangeMap.IDENTITY, coherent, false);
    }
  }

  /**
   * dma_parms.
   *
   * @param maxSegmentSize bytes; empty: the driver's facts, else 65536
   * @param segmentBoundary mask, all ones for none
   */
  public record Limits(OptionalLong maxSegmentSize, long segmentBoundary, long minAlignMask) {
    public static final Limits DEFAULT = new Limits(OptionalLong.empty(), -1L, 0);
  }

  public DeviceSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(reach, "reach");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(ops, "ops");
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(requiresContiguous, "requiresContiguous");
    streams = List.copyOf(streams);
    pools = List.copyOf(pools);
    registers = List.copyOf(registers);
    reservedIova = List.copyOf(reservedIova);
    attributes = Map.copyOf(attributes);
    identityIova = List.copyOf(identityIova);
    Objects.requireNonNull(pciPath, "pciPath");
    if (pciPath.isPresent() && !pci) {
      throw new IllegalArgumentException(id + " stands on PCI and is no PCI function");
    }
  }

  /** A device without 1:1 mappings, of which nothing says where on PCI it stands. */
  public DeviceSpec(
      String id,
      String name,
      String path,
      String model,
      String type,
      Reach reach,
      Limits limits,
      boolean pci,
      List<StreamId> streams,
      List<String> pools,
      Optional<String> group,
      List<PhysRange> registers,
      List<PhysRange> reservedIova,
      Optional<String> ops,
      Optional<Boolean> requiresContiguous,
      Map<String, Object> attributes) {
    this(
        id,
        name,
        path,
        model,
        type,
        reach,
        limits,
        pci,
        streams,
        pools,
        group,
        registers,
        reservedIova,
        ops,
        requiresContiguous,
        attributes,
        List.of(),
        Optional.empty());
  }

  /** The same device with another reach. */
  public DeviceSpec with(Reach other) {
    return copy(other, limits, streams, pools, requiresContiguous, pciPath);
  }

  /** The same device with other limits. */
  public DeviceSpec with(Limits other) {
    return copy(reach, other, streams, pools, requiresContiguous, pciPath);
  }

  /** The same device behind other IOMMUs, or none. */
  public DeviceSpec withStreams(List<StreamId> others) {
    return copy(reach, limits, others, pools, requiresContiguous, pciPath);
  }

  /** The same device with other memory regions. */
  public DeviceSpec withPools(List<String> others) {
    return copy(reach, limits, streams, others, requiresContiguous, pciPath);
  }

  /** The same device, stated to take only contiguous imports, or any. */
  public DeviceSpec withContiguous(boolean contiguous) {
    return copy(reach, limits, streams, pools, Optional.of(contiguous), pciPath);
  }

  /** The same device as a PCI function in that place. */
  public DeviceSpec at(PciPath path) {
    return copy(reach, limits, streams, pools, requiresContiguous, Optional.of(path));
  }

  private DeviceSpec copy(
      Reach newReach,
      Limits newLimits,
      List<StreamId> newStreams,
      List<String> newPools,
      Optional<Boolean> contiguous,
      Optional<PciPath> newPath) {
    return new DeviceSpec(
        id,
        name,
        path,
        model,
        type,
        newReach,
        newLimits,
        pci || newPath.isPresent(),
        newStreams,
        newPools,
        group,
        registers,
        reservedIova,
        ops,
        contiguous,
        attributes,
        identityIova,
        newPath);
  }
}
