package org.bufferyard.check.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.check.BoardRule;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Severity;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.junit.jupiter.api.Test;

/** Each rule on the least board that shows it: RAM from 1 to 3 GiB, a bounce pool at its top. */
class BoardRulesTest {
  private static final PhysRange BOUNCE = new PhysRange(0xbc00_0000L, 0x400_0000);

  private final List<PoolSpec> pools = new ArrayList<>();
  private final List<DeviceSpec> devices = new ArrayList<>();
  private MachineSpec.Bounce swiotlb =
      new MachineSpec.Bounce(MachineSpec.BounceMode.AUTO, Optional.of(BOUNCE), 1);

  private void pool(String id, long base, PoolSpec.Kind kind) {
    pools.add(
        new PoolSpec(
            id, id, new PhysRange(base, 0x10_0000), kind, "coherent-pool", true, true, false, false));
  }

  private static DeviceSpec device(String id, long mask, String... pools) {
    return new DeviceSpec(
        id,
        id,
        id,
        "vnd," + id,
        "",
        new DeviceSpec.Reach(OptionalLong.of(mask), mask, 0, DmaRangeMap.IDENTITY, false, true),
        DeviceSpec.Limits.DEFAULT,
        false,
        List.of(),
        List.of(pools),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private List<Finding> check(BoardRule rule) {
    MachineSpec machine =
        new MachineSpec(
            MachineSpec.Architecture.ARM64,
            0xffff_ffffL,
            true,
            true,
            Optional.empty(),
            swiotlb,
            MachineSpec.IommuMode.STRICT);
    return rule.check(
        new PlatformSpec(
            "board",
            machine,
            List.of(new MemorySpec("dram", new PhysRange(0x4000_0000L, 0x8000_0000L))),
            pools,
            List.of(new IommuSpec("mmu", "mmu", "vnd,mmu", true, Map.of())),
            devices),
        KernelProfile.DEFAULT);
  }

  private void assertOne(BoardRule rule, Severity severity, String id, String text) {
    List<Finding> findings = check(rule);
    assertEquals(1, findings.size(), findings::toString);
    assertEquals(severity, findings.getFirst().severity());
    assertEquals(id, findings.getFirst().rule().id());
    assertTrue(findings.getFirst().text().contains(text), findings.getFirst().text());
  }

  @Test
  void aDeviceThatReachesEverythingIsFine() {
    pool("pool", 0x5000_0000L, PoolSpec.Kind.COHERENT);
    devices.add(device("cam", 0xffff_ffffL, "pool"));
    for (BoardRule rule : List.of(new PoolReachRule(), new MemoryReachRule())) {
      assertEquals(List.of(), check(rule));
    }
  }

  @Test
  void aPoolBeyondTheMask() {
    pool("pool", 0x9000_0000L, PoolSpec.Kind.COHERENT);
    devices.add(device("cam", 0x7fff_ffffL, "pool"));
    assertOne(new PoolReachRule(), Severity.WARNING, "B3", "beyond the coherent limit 0x7fffffff");
  }

  @Test
  void aPoolOutsideEveryWindow() {
    pool("pool", 0x9000_0000L, PoolSpec.Kind.COHERENT);
    DmaRangeMap windows =
        new DmaRangeMap(List.of(new DmaRange(0x4000_0000L, 0, 0x1000_0000L)));
    devices.add(
        device("cam", -1L, "pool")
            .with(
                new DeviceSpec.Reach(
                    OptionalLong.of(-1L), -1L, 0x0fff_ffffL, windows, false, true)));
    assertOne(new PoolReachRule(), Severity.ERROR, "B3", "lies outside every bus window of cam");
  }

  @Test
  void aPoolOfADeviceBehindAnIommu() {
    pool("pool", 0x5000_0000L, PoolSpec.Kind.COHERENT);
    devices.add(
        device("cam", 0xffff_ffffL, "pool").withStreams(List.of(new StreamId("mmu", List.of(1L)))));
    assertOne(new PoolReachRule(), Severity.WARNING, "B2", "is asked before the IOMMU of cam");
    assertEquals(List.of(), check(new MemoryReachRule()));
  }

  @Test
  void aRestrictedPoolOutOfReach() {
    pool("rdp", 0x9000_0000L, PoolSpec.Kind.RESTRICTED);
    devices.add(device("cam", 0x7fff_ffffL, "rdp"));
    assertOne(new PoolReachRule(), Severity.ERROR, "E7", "all of them fail");
    devices.set(
        0, devices.getFirst().withStreams(List.of(new StreamId("mmu", List.of(1L)))));
    assertOne(new PoolReachRule(), Severity.NOTE, "E7", "is ignored");
  }

  @Test
  void memoryOutOfReach() {
    devices.add(device("cam", 0x7fff_ffffL));
    assertOne(new MemoryReachRule(), Severity.WARNING, "E6", "the bounce pool is out of its reach");
    swiotlb =
        new MachineSpec.Bounce(
            MachineSpec.BounceMode.AUTO,
            Optional.of(new PhysRange(0x6000_0000L, 0x400_0000)),
            1);
    assertOne(new MemoryReachRule(), Severity.NOTE, "E2", "such buffers are bounced");
    swiotlb = MachineSpec.Bounce.NONE;
    assertOne(new MemoryReachRule(), Severity.WARNING, "A8", "there is no bounce pool");
  }

  @Test
  void masksThatTheModelLeavesToTheDriverLimitNothing() {
    DeviceSpec stated = device("cam", 0x7fff_ffffL);
    DeviceSpec.Reach reach = stated.reach();
    devices.add(
        stated.with(
            new DeviceSpec.Reach(
                reach.dmaMask(), reach.coherentDmaMask(), 0, reach.rangeMap(), false, false)));
    assertEquals(List.of(), check(new MemoryReachRule()));
  }

  @Test
  void aNoMapPoolThatWouldHaveToBounce() {
    swiotlb =
        new MachineSpec.Bounce(
            MachineSpec.BounceMode.FORCE,
            Optional.of(new PhysRange(0x6000_0000L, 0x400_0000)),
            1);
    pool("pool", 0x5000_0000L, PoolSpec.Kind.COHERENT);
    devices.add(device("codec", 0xffff_ffffL, "pool"));
    devices.add(device("cam", 0xffff_ffffL));
    assertOne(new MemoryReachRule(), Severity.WARNING, "C1", "the kernel dies in swiotlb_bounce()");
  }
}
