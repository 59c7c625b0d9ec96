package org.bufferyard.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftMemory;
import org.bufferyard.platform.draft.DraftMemory.Bank;
import org.bufferyard.platform.draft.DraftMemory.DefaultFor;
import org.bufferyard.platform.draft.DraftMemory.Purpose;
import org.bufferyard.platform.draft.DraftMemory.Region;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.platform.draft.DraftNode.Coherency;
import org.bufferyard.platform.draft.DraftNode.Head;
import org.bufferyard.platform.draft.DraftNode.IommuLink;
import org.bufferyard.platform.draft.DraftNode.Window;
import org.bufferyard.platform.draft.Provenance;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.junit.jupiter.api.Test;

/** A draft becomes a board that means the same. */
class DraftConverterTest {
  static final ModelPackages PACKAGES = new ModelPackages();

  static Provenance from(String path) {
    return new Provenance("test.dtb", path);
  }

  static Head head(String path) {
    return new Head(from(path), path.substring(path.lastIndexOf('/') + 1), Optional.empty(), false);
  }

  static Bank bank(long base, long size) {
    String name = "memory@" + Long.toHexString(base);
    return new Bank(from("/" + name), name, false, base, size);
  }

  static Region region(String name, OptionalLong base, long size, boolean reusable) {
    return new Region(
        from("/reserved-memory/" + name), name, false, Purpose.SHARED_DMA_POOL, base, size, 0,
        !reusable, reusable, reusable ? DefaultFor.CMA : DefaultFor.NONE, List.of(), List.of(),
        Optional.of("label_" + name.replace('-', '_')));
  }

  static DraftNode.Device device(String path, List<IommuLink> iommus, String... regions) {
    return new DraftNode.Device(
        head(path), "test,device", Coherency.UNSAID, OptionalInt.empty(), Optional.empty(),
        List.of(new PhysRange(0x1000_0000L, 0x1000)), iommus, List.of(regions));
  }

  static DraftNode.Iommu iommu(String path, boolean disabled) {
    Head head = new Head(from(path), path.substring(1), Optional.empty(), disabled);
    return new DraftNode.Iommu(
        head, "samsung,exynos-sysmmu", 1, Coherency.UNSAID, List.of(), Map.of("version", "3"));
  }

  static DraftNode.Bus bus(String path, List<Window> windows, DraftNode... nodes) {
    return new DraftNode.Bus(
        head(path), Optional.of(windows), Coherency.UNSAID, false, Optional.empty(), List.of(),
        List.of(), -1, List.of(nodes));
  }

  static BoardDraft draft(List<Bank> banks, List<Region> regions, DraftNode... nodes) {
    return new BoardDraft(
        "Test board", List.of("test,board"), from("/"), Architecture.ARM64, 0xffff_ffffL,
        new DraftMemory(banks, regions), List.of(nodes));
  }

  private static BoardDraft whole() {
    return draft(
        List.of(bank(0x8000_0000L, 0x4000_0000L)),
        List.of(
            region("pool", OptionalLong.of(0x9000_0000L), 0x10_0000, false),
            region("dynamic", OptionalLong.empty(), 0x80_0000, true)),
        iommu("/mmu@1", false),
        iommu("/mmu@2", true),
        bus(
            "/soc",
            List.of(new Window(0xc000_0000L, 0x8000_0000L, 0x4000_0000L, 0)),
            device(
                "/soc/codec@3",
                List.of(
                    new IommuLink("/mmu@1", List.of(7)), new IommuLink("/mmu@2", List.of(8))),
                "/reserved-memory/pool"),
            bus(
                "/soc/inner",
                List.of(),
                device("/soc/inner/vop@4", List.of(new IommuLink("/mmu@1", List.of(7)))))));
  }

  private static PlatformSpec compile(BoardDraft draft, PhysRange... ram) {
    return DraftReading.of(draft, List.of(ram), PACKAGES).open("test.dtb").spec();
  }

  @Test
  void devicesKeepTheirPathsAndFindTheirWay() {
    PlatformSpec board = compile(whole());
    assertEquals("Test board", board.name());
    DeviceSpec codec = board.device("soc/codec@3").orElseThrow();
    assertEquals("/soc/codec@3", codec.path());
    assertEquals(List.of(), codec.streams(), "one of two is disabled: of_iommu_configure_dev()");
    assertEquals(List.of("memory@80000000/pool"), codec.pools());
    List<DmaRange> map = List.of(new DmaRange(0x8000_0000L, 0xc000_0000L, 0x4000_0000L));
    assertEquals(map, codec.reach().rangeMap().regions());
    DeviceSpec vop = board.device("soc/inner/vop@4").orElseThrow();
    assertEquals(List.of(new StreamId("mmu@1", List.of(7L))), vop.streams());
    assertEquals(map, vop.reach().rangeMap().regions(), "through an empty dma-ranges");
  }

  @Test
  void poolsAreWhatTheyWere() {
    PlatformSpec board = compile(whole());
    PoolSpec pool = board.pool("memory@80000000/pool").orElseThrow();
    assertEquals(PoolSpec.Kind.COHERENT, pool.kind());
    assertFalse(pool.placed());
    PoolSpec dynamic = board.pool("memory@80000000/dynamic").orElseThrow();
    assertEquals(PoolSpec.Kind.CMA, dynamic.kind());
    assertTrue(dynamic.placed());
    assertEquals(0xbf80_0000L, dynamic.range().base(), "the highest place of RAM");
  }

  @Test
  void aBoardWithoutBanksTakesThoseOfTheCommandLine() {
    BoardDraft draft =
        draft(List.of(), List.of(region("dynamic", OptionalLong.empty(), 0x80_0000, true)));
    PlatformSpec board = compile(draft, new PhysRange(0x20_0000, 0xfe0_0000));
    assertEquals(0xf80_0000L, board.pool("memory/dynamic").orElseThrow().range().base());
    assertTrue(
        DraftReading.of(draft, List.of(), PACKAGES).lines("x.dtb").getFirst().contains("--ram"));
  }

  @Test
  void aRegionOutsideEveryBankIsKeptOutside() {
    BoardDraft draft =
        draft(
            List.of(bank(0x8000_0000L, 0x1000_0000L)),
            List.of(region("sram", OptionalLong.of(0x1000_0000L), 0x1000, false)));
    PlatformSpec board = compile(draft);
    assertEquals(1, board.memory().size());
    assertEquals(
        0x1000_0000L, board.pool("outside-ram/sram").orElseThrow().range().base());
  }

  @Test
  void regionsThatAreMerelyReservedMayOverlapAsOnRealBoards() {
    Region firmware =
        new Region(
            from("/reserved-memory/fw"), "fw", false, Purpose.RESERVED,
            OptionalLong.of(0x9000_0000L), 0x2_0000, 0, true, false, DefaultFor.NONE, List.of(),
            List.of(), Optional.empty());
    BoardDraft draft =
        draft(
            List.of(bank(0x8000_0000L, 0x4000_0000L)),
            List.of(region("pool", OptionalLong.of(0x9001_0000L), 0x10_0000, false), firmware));
    List<String> lines = DraftReading.of(draft, List.of(), PACKAGES).lines("x.dtb");
    assertEquals(1, lines.size());
    assertTrue(lines.getFirst().endsWith("Linux complains and goes on"), lines.toString());
    assertEquals(2, compile(draft).pools().size());
  }

  @Test
  void theSameDraftGivesTheSameBytesAndTheyComeBack() {
    byte[] text = DraftReading.of(whole(), List.of(), PACKAGES).text();
    assertArrayEquals(text, DraftReading.of(whole(), List.of(), PACKAGES).text());
    BoardReading reading = BoardReading.of(text, "test.topology", List.of(), PACKAGES);
    assertEquals(Optional.empty(), reading.readOnly());
    byte[] again = new ModelWriter(PACKAGES).write(reading.reading().root().orElseThrow());
    assertEquals(
        new String(text, StandardCharsets.UTF_8), new String(again, StandardCharsets.UTF_8));
  }

  @Test
  void everyElementSaysWhereItComesFrom() {
    List<String> paths = new ArrayList<>();
    DraftConverter.convert(whole(), PACKAGES)
        .eAllContents()
        .forEachRemaining(
            e -> {
              if (e instanceof org.bufferyard.topology.model.board.Component c) {
                paths.add(c.getProvenance().getFile() + ":" + c.getProvenance().getNodePath());
              }
            });
    assertTrue(paths.contains("test.dtb:/soc/inner/vop@4"), paths.toString());
    assertTrue(paths.contains("test.dtb:/reserved-memory/pool"), paths.toString());
    assertEquals(9, paths.size());
  }

  @Test
  void hardwareThatABundleKnowsGetsItsType() {
    ModelPackages ours = TestModels.ours();
    BoardDraft draft =
        draft(
            List.of(bank(0x8000_0000L, 0x4000_0000L)),
            List.of(),
            modelled("/codec@1", "samsung,mfc-v6"),
            modelled("/scaler@2", "samsung,exynos5-gsc"),
            modelled("/lcd@3", "arm,hdlcd"),
            modelled("/thing@4", "test,thing"));
    assertEquals(
        List.of(
            "http://bufferyard.org/device/codec/1.0#Codec",
            "http://bufferyard.org/device/codec/1.0#Scaler",
            "http://bufferyard.org/device/display/1.0#Display",
            "http://bufferyard.org/topology/1.0#Device"),
        DraftReading.of(draft, List.of(), ours).open("test.dtb").spec().devices().stream()
            .map(DeviceSpec::type)
            .toList());
    String text = new String(DraftReading.of(draft, List.of(), ours).text(), UTF_8);
    assertTrue(text.contains("org.bufferyard.device.codec"), "the file says what it requires");
    assertFalse(text.contains("role="), "the file says nothing that the tree did not");
  }

  private static DraftNode.Device modelled(String path, String model) {
    return new DraftNode.Device(
        head(path), model, Coherency.UNSAID, OptionalInt.empty(), Optional.empty(), List.of(),
        List.of(), List.of());
  }
}
