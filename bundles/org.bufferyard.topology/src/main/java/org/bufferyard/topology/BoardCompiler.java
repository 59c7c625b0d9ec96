package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.topology.model.board.Architecture;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Iommu;
import org.bufferyard.topology.model.board.IommuMode;
import org.bufferyard.topology.model.board.Topology;

/** A checked board to immutable records. What is disabled stays out. */
final class BoardCompiler {
  private BoardCompiler() {}

  /**
   * @param givenRam banks in place of the board's own; empty for the board's own
   */
  static PlatformSpec compile(Topology board, List<PhysRange> givenRam, Problems problems) {
    MemoryPlan plan = new MemoryPlan(board, givenRam, problems);
    List<PoolSpec> pools = plan.poolSpecs();
    Set<String> placed = pools.stream().map(PoolSpec::id).collect(Collectors.toSet());
    DeviceCompiler compiler =
        new DeviceCompiler(new DmaReach(board, problems), placed, IovaReservations.spoken(board));
    List<IommuSpec> iommus = new ArrayList<>();
    List<DeviceSpec> devices = new ArrayList<>();
    board
        .eAllContents()
        .forEachRemaining(
            e -> {
              switch (e) {
                case Iommu iommu -> iommus.add(iommu(iommu));
                case Device device when !DmaWay.isDisabled(device) ->
                    devices.add(compiler.compile(device));
                default -> {}
              }
            });
    String name = board.getName() == null ? board.getId() : board.getName();
    return new PlatformSpec(name, machine(board, plan), plan.banks(), pools, iommus, devices);
  }

  private static MachineSpec machine(Topology board, MemoryPlan plan) {
    Architecture architecture = board.getArchitecture();
    return new MachineSpec(
        switch (architecture) {
          case ARM64 -> MachineSpec.Architecture.ARM64;
          case ARM -> MachineSpec.Architecture.ARM;
          case X86 -> MachineSpec.Architecture.X86;
        },
        plan.zoneDmaLimit(),
        architecture != Architecture.X86,
        board.isSetKmallocBounce() ? board.isKmallocBounce() : architecture == Architecture.ARM64,
        plan.defaultCma(),
        plan.swiotlb(),
        new MachineSpec.IommuMode(
            board.getIommuMode() == IommuMode.PASSTHROUGH,
            board.getIommuMode() != IommuMode.LAZY,
            board.isForceDac()),
        new MachineSpec.Debugging(false, board.isDmabufDebug()),
        board.isDmabufMoveNotify());
  }

  private static IommuSpec iommu(Iommu iommu) {
    Map<String, String> parameters = new HashMap<>();
    iommu.getParameters().forEach(p -> parameters.put(p.getName(), p.getValue()));
    if (iommu.isSetApertureBase()) {
      parameters.put("aperture-base", Notation.printAddress(iommu.getApertureBase()));
      parameters.put("aperture-size", Notation.printAddress(iommu.getApertureSize()));
    }
    return new IommuSpec(
        Elements.label(iommu),
        iommu.getName(),
        iommu.getModel(),
        !DmaWay.isDisabled(iommu),
        parameters);
  }
}
