package org.bufferyard.dmabuf.ops.physvec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.contract.DmaBufOpsContract;
import org.bufferyard.api.contract.PlainAttachment;
import org.bufferyard.api.contract.PlainDevice;
import org.bufferyard.api.contract.PlainDma;
import org.bufferyard.api.contract.PlainMemory;
import org.bufferyard.api.contract.PlainOpsContext;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.Test;

class PhysVecOpsTest extends DmaBufOpsContract {
  private static final long BAR = 0x1_0000_0000L;

  private final PlainDma dma =
      new PlainDma(new PlainMemory(List.of(new PhysRange(0x4000_0000L, 1 << 20)), List.of()));
  private final PlainOpsContext context = new PlainOpsContext(dma);
  private final PlainDevice provider = new PlainDevice("nvme").at(onRootBus("root"));
  private final PlainDevice nic = new PlainDevice("nic").at(onRootBus("root"));

  @Override
  protected Optional<PciPath> place() {
    return Optional.of(onRootBus("root"));
  }

  private static PciPath onRootBus(String host) {
    return new PciPath(host, PciPath.Peers.SAME_HOST_BRIDGE, 0, List.of());
  }

  private static PciPath below(long busOffset, boolean acsRedirect) {
    return new PciPath(
        "root",
        PciPath.Peers.UNLISTED,
        busOffset,
        List.of(new PciPath.Bridge("port", acsRedirect)));
  }

  @Override
  protected DmaBufOpsKind kind() {
    return new PhysVecOpsKind();
  }

  private DmaBufOps exported(DmaBufOpsKind kind, PhysRange... ranges) {
    SgTable bars =
        SgTable.ofPages(
            Arrays.stream(ranges)
                .map(
                    r ->
                        new Segment.PageBacked(
                            new PageRef(r.base() >>> PageRef.SHIFT, PageBacking.NONE),
                            0,
                            r.size()))
                .toList());
    long size = Arrays.stream(ranges).mapToLong(PhysRange::size).sum();
    DmaBufOps ops =
        kind.open(
            new ExportedMemory(provider, size, Optional.empty(), Optional.of(bars)), context);
    assertEquals(0, ops.getSgtable().rc());
    return ops;
  }

  @Test
  void registersAreMappedAsRegistersAndHaveNoPages() {
    DmaBufOps ops = exported(kind(), new PhysRange(BAR, 0x4000), new PhysRange(BAR + 0x1_0000, 0x1000));
    dma.busOffset("nic", 0x1000_0000L);
    PlainAttachment importer = new PlainAttachment(nic);
    SgTable table = ops.mapSg(importer, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    assertEquals(0, table.origNents());
    assertEquals(2, table.nents());
    assertTrue(table.isDmaOnly());
    assertEquals(BAR + 0x1000_0000L, table.mapped().getFirst().dma());
    assertTrue(dma.calls().getFirst().contains("MMIO"), dma.calls()::toString);
    ops.unmapSg(importer, table, DmaDirection.BIDIRECTIONAL);
    assertEquals(List.of(), dma.live());
    assertEquals(List.of(), dma.misuses());
    assertEquals(List.of(), context.pageHazards());
  }

  @Test
  void theProviderItselfUsesItsBusAddress() {
    DmaBufOps ops = exported(kind(), new PhysRange(BAR, 0x4000));
    SgTable table =
        ops.mapSg(new PlainAttachment(provider), DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    assertEquals(BAR, table.mapped().getFirst().dma());
    assertEquals(List.of(), dma.calls());
  }

  @Test
  void belowACommonBridgeTheBusAddressIsUsedWhateverIommuThereIs() {
    provider.at(below(-0x1000_0000L, false));
    nic.at(below(0, false));
    nic.setDomain("domain");
    PlainAttachment importer = new PlainAttachment(nic);
    DmaBufOps ops =
        exported(kind(), new PhysRange(BAR, 0x4000), new PhysRange(BAR + 0x1_0000, 0x1000));
    SgTable table = ops.mapSg(importer, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    assertEquals(
        List.of(BAR - 0x1000_0000L, BAR + 0x1_0000 - 0x1000_0000L),
        table.mapped().stream().map(Segment::dma).toList());
    ops.unmapSg(importer, table, DmaDirection.BIDIRECTIONAL);
    assertEquals(List.of(), dma.calls());
  }

  @Test
  void whatAcsRedirectsToAHostBridgeThatForwardsNothingIsRefused() {
    provider.at(below(0, true));
    nic.at(below(0, true));
    assertEquals(
        Errno.EINVAL.rc(),
        exported(kind(), new PhysRange(BAR, 0x1000))
            .mapSg(new PlainAttachment(nic), DmaDirection.BIDIRECTIONAL)
            .rc());
    assertEquals(List.of(), dma.calls());
  }

  @Test
  void whoIsNoPciFunctionReachesNoRegisters() {
    assertEquals(
        Errno.EINVAL.rc(),
        exported(kind(), new PhysRange(BAR, 0x1000))
            .mapSg(new PlainAttachment(new PlainDevice("cam")), DmaDirection.BIDIRECTIONAL)
            .rc());
  }

  @Test
  void longRangesAreSplitAtFourGigabytesLessAPage() {
    DmaBufOps ops = exported(kind(), new PhysRange(BAR, 0x1_0000_0000L));
    SgTable table =
        ops.mapSg(new PlainAttachment(nic), DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    assertEquals(
        List.of(0xffff_f000L, 0x1000L),
        table.mapped().stream().map(Segment::dmaLength).toList());
  }

  @Test
  void aRangeThatCannotBeReachedLeavesNoneMapped() {
    DmaBufOps ops = exported(kind(), new PhysRange(BAR, 0x1000));
    dma.failMapsWith(Errno.EIO.rc());
    assertEquals(
        Errno.ENOMEM.rc(),
        ops.mapSg(new PlainAttachment(nic), DmaDirection.BIDIRECTIONAL).rc());
  }

  @Test
  void behindAnIommuTheSecondRangeMeetsTheFirst() {
    nic.setDomain("domain");
    PlainAttachment importer = new PlainAttachment(nic);
    assertEquals(
        Errno.EEXIST.rc(),
        exported(kind(), new PhysRange(BAR, 0x1000), new PhysRange(BAR + 0x2000, 0x1000))
            .mapSg(importer, DmaDirection.BIDIRECTIONAL)
            .rc());
    assertEquals(
        0,
        exported(kind(), new PhysRange(BAR, 0x1000))
            .mapSg(importer, DmaDirection.BIDIRECTIONAL)
            .rc());
  }

  @Test
  void itCameWith7AndHasNothingForTheCpu() {
    DmaBufOps ops = exported(kind(), new PhysRange(BAR, 0x1000));
    assertEquals(Errno.EINVAL.rc(), ops.cpu().mmap(0, 4096, true).rc());
    assertEquals(Errno.EINVAL.rc(), ops.cpu().vmap().rc());
    DmaBufOps older =
        kind()
            .open(
                new ExportedMemory(
                    provider,
                    4096,
                    Optional.empty(),
                    Optional.of(
                        SgTable.ofPages(
                            List.of(
                                new Segment.PageBacked(
                                    new PageRef(BAR >>> PageRef.SHIFT, PageBacking.NONE),
                                    0,
                                    4096))))),
                new PlainOpsContext(dma, KernelProfile.LINUX_6_12));
    assertEquals(Errno.EOPNOTSUPP.rc(), older.getSgtable().rc());
  }

  // ---- vfio-pci (G7) ----

  @Test
  void vfioTakesImportersThatSpeakPeerToPeerAndCanBeToldToStop() {
    DmaBufOps ops = exported(new VfioPciOpsKind(), new PhysRange(BAR, 0x1000));
    assertEquals(
        Errno.EOPNOTSUPP.rc(), ops.lifecycle().attach(new PlainAttachment(nic, true, false)));
    assertEquals(
        Errno.EOPNOTSUPP.rc(), ops.lifecycle().attach(new PlainAttachment(nic, false, true)));
    assertEquals(0, ops.lifecycle().attach(new PlainAttachment(nic, true, true)));
  }

  @Test
  void afterTheFunctionWentVfioRefusesAttachAndMap() {
    DmaBufOps ops = exported(new VfioPciOpsKind(), new PhysRange(BAR, 0x1000));
    PlainAttachment importer = new PlainAttachment(nic, true, true);
    assertEquals(0, ops.lifecycle().attach(importer));
    SgTable table = ops.mapSg(importer, DmaDirection.BIDIRECTIONAL).table().orElseThrow();
    provider.remove();
    assertEquals(Errno.ENODEV.rc(), ops.mapSg(importer, DmaDirection.BIDIRECTIONAL).rc());
    assertEquals(Errno.ENODEV.rc(), ops.lifecycle().attach(importer));
    assertEquals(
        Errno.EOPNOTSUPP.rc(), ops.lifecycle().attach(new PlainAttachment(nic, true, false)));
    ops.unmapSg(importer, table, DmaDirection.BIDIRECTIONAL);
    assertEquals(List.of(), dma.live());
  }

  @Test
  void whenTheFunctionGoesVfioHasItsImportersToldAndMapsNoMore() {
    DmaBufOps ops = exported(new VfioPciOpsKind(), new PhysRange(BAR, 0x1000));
    PlainAttachment importer = new PlainAttachment(nic, true, true);
    assertTrue(ops.lifecycle().revoke());
    assertTrue(provider.isPresent(), "it is going, not gone");
    assertEquals(Errno.ENODEV.rc(), ops.mapSg(importer, DmaDirection.BIDIRECTIONAL).rc());
    assertEquals(Errno.ENODEV.rc(), ops.lifecycle().attach(importer));
  }

  @Test
  void thePlainHelperRevokesNothing() {
    DmaBufOps ops = exported(kind(), new PhysRange(BAR, 0x1000));
    assertFalse(ops.lifecycle().revoke());
    assertEquals(0, ops.mapSg(new PlainAttachment(nic), DmaDirection.BIDIRECTIONAL).rc());
  }
}
