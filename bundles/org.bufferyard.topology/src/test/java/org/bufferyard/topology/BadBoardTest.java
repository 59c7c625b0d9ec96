package org.bufferyard.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Broken boards: one line that says what, where and what to do, and the file untouched. */
class BadBoardTest {
  private static final String GOOD =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <topology:Topology xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:npu="http://example.org/device/npu/1.0" xmlns:topology="http://bufferyard.org/topology/1.0" id="b" name="b">
        <components xsi:type="topology:Memory" id="dram" name="dram" base="0x80000000" size="1G">
          <pools id="dram/pool" name="pool" base="0x80000000" size="4M" noMap="true"/>
          <pools id="dram/other" name="other" base="0x90000000" size="4M"/>
        </components>
        <components xsi:type="topology:Bus" id="soc" name="soc">
          <components xsi:type="topology:Bus" id="soc/axi" name="axi">
            <dmaRanges dma="0x0" parent="0x80000000" size="1G"/>
          </components>
          <components xsi:type="topology:Iommu" id="soc/mmu" name="mmu" model="arm,smmu-v3"/>
          <components xsi:type="npu:NpuDevice" id="soc/npu" name="npu" model="example,npu" cores="4"/>
          <components xsi:type="topology:Device" id="soc/gpu" name="gpu" model="arm,gpu" dmaMaskBits="32" memoryRegions="dram/pool">
            <registers base="0x1000" size="4K"/>
            <iommus iommu="soc/mmu" specifier="0x1"/>
          </components>
        </components>
      </topology:Topology>
      """;

  @TempDir Path folder;

  private String refusal(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.topology"), text);
    ModelPackages packages = new ModelPackages();
    packages.add(TestModels.npu(), TestModels.NPU);
    BadInputException e =
        assertThrows(BadInputException.class, () -> new BoardDesk(packages, new NoImporter()).open(file, List.of()));
    assertEquals(text, Files.readString(file));
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
    assertFalse(
        e.getMessage().contains("Impl@") || e.getMessage().contains("eclipse"), e.getMessage());
    return e.getMessage().replace(folder + "/", "");
  }

  @Test
  void theGoodOneIsGood() throws IOException {
    Path file = Files.writeString(folder.resolve("good.topology"), GOOD);
    ModelPackages packages = new ModelPackages();
    packages.add(TestModels.npu(), TestModels.NPU);
    assertEquals(List.of(), new BoardDesk(packages, new NoImporter()).open(file, List.of()).warnings());
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // what is replaced | by what | the message
        "iommu=\"soc/mmu\"|iommu=\"soc/mnu\"|bad.topology:15: reference to 'soc/mnu' leads nowhere;"
            + " did you mean 'soc/mmu'?",
        "name=\"axi\"|name=\"axi\" peerForwarding=\"cpu\"|peerForwarding and busOffset belong to a"
            + " PCI host bridge",
        "name=\"axi\"|name=\"axi\" pci=\"true\" acsRedirect=\"true\"|acsRedirect is for a PCI bus"
            + " below a bridge",
        "memoryRegions=\"dram/pool\"|memoryRegions=\"a/b/c\"|bad.topology:13: reference to 'a/b/c'"
            + " leads nowhere; add that element or correct the id",
        "memoryRegions=\"dram/pool\"|memoryRegions=\"soc/mmu\"|'soc/mmu' is no ReservedPool",
        "npu:NpuDevice|npu:Npu|bad.topology:12: there is no type 'Npu' in"
            + " http://example.org/device/npu/1.0; it has NpuDevice",
        "topology:Device|topology:Devise|there is no type 'Devise'",
        "topology:Device|topology:Component|type 'Component' is abstract",
        "npu:NpuDevice|tpu:Tpu|prefix",
        "id=\"soc/npu\"|id=\"soc/gpu\"|bad.topology:13: soc/gpu: two elements have this id, the"
            + " other is the NpuDevice at line 12; give one of them another id",
        "name=\"npu\"|name=\"gpu\"|two elements in 'soc' are called 'gpu'; rename one of them",
        "name=\"npu\"|name=\"n p u\"|name: 'n p u' is no Name",
        "cores=\"4\"|cores=\"65\"|bad.topology:12: soc/npu: cores 65 is above 64; give 64 or less",
        "cores=\"4\"|cores=\"four\"|soc/npu: cores: 'four' is not a whole number",
        "cores=\"4\"|colours=\"4\"|soc/npu: NpuDevice has no 'colours'; remove it or correct its"
            + " name",
        "dmaMaskBits=\"32\"|dmaMaskBits=\"65\"|bad.topology:13: soc/gpu: dmaMaskBits 65 is out of"
            + " range; give 0 to 64",
        "dmaMaskBits=\"32\"|segmentBoundary=\"0x1234\"|is not a power of two minus one",
        "dmaMaskBits=\"32\"|pci=\"yes\"|pci: 'yes' is not true or false",
        "dmaMaskBits=\"32\"|coherency=\"maybe\"|coherency: 'maybe' is not one of coherent,"
            + " inherited, noncoherent",
        "model=\"arm,gpu\"||soc/gpu: 'model' is missing; add it: Its compatible string",
        "specifier=\"0x1\"|specifier=\"0x1 0x7f\"|'soc/mmu' takes a specifier of 1 cell, it gets 2"
            + " cells",
        "specifier=\"0x1\"|specifier=\"blue\"|specifier: 'blue' is not a cell",
        "size=\"1G\"|size=\"1X\"|size: '1X' is not a size: write bytes, or 4K, 16M, 2G",
        "base=\"0x1000\"|base=\"0xg\"|soc/gpu registers: base: '0xg' is not an address",
        "base=\"0x1000\" size=\"4K\"|base=\"0x1000\" size=\"0\"|soc/gpu registers: the range has"
            + " size 0",
        "base=\"0x1000\"|base=\"0xffffffffffffff00\"|passes the end of the address space",
        "base=\"0x90000000\"|base=\"0x80200000\"|dram/other: it overlaps 'dram/pool':"
            + " 0x80200000..0x805fffff and 0x80000000..0x803fffff",
        "base=\"0x90000000\"|base=\"0xc0000000\"|is not inside 'dram' at 0x80000000..0xbfffffff;"
            + " move it or make the memory bigger",
        "base=\"0x90000000\"|base=\"0x90000100\"|base and size are no multiples of the page, 4K",
        "id=\"soc/axi\" name=\"axi\"|id=\"soc/axi\" name=\"axi\" dmaParent=\"soc/axi\"|memory"
            + " accesses run in a circle: soc/axi -> soc/axi",
        "id=\"soc\" name=\"soc\"|id=\"soc\" name=\"soc\" dmaParent=\"soc/axi\"|memory accesses run"
            + " in a circle: soc -> soc/axi -> soc",
        "id=\"soc/axi\" name=\"axi\"|id=\"soc/axi\" name=\"axi\""
            + " emptyDmaRanges=\"true\"|emptyDmaRanges contradicts the dmaRanges it has",
        "name=\"b\"|name=\"b\" pageSize=\"8K\"|pageSize 8K does not exist; give 4K, 16K or 64K",
        "</topology:Topology>|</topology:Topolog>|not well-formed XML",
        "<topology:Topology |<!DOCTYPE x><topology:Topology |not well-formed XML",
        "topology/1.0|topology/7.0|written for http://bufferyard.org/topology/7.0, this is"
            + " http://bufferyard.org/topology/1.0; use the Bufferyard that wrote it",
        "name=\"mmu\"|name=\"mmu\" href=\"file:/etc/passwd#/\"|bad.topology:11: 'href' leads out of"
            + " the file",
        "<registers|stray words<registers|stray text 'stray words'",
      })
  void aBrokenBoardIsRefusedInOneLine(String part, String by, String message) throws IOException {
    assertTrue(GOOD.contains(part), part);
    String refusal = refusal(GOOD.replace(part, by == null ? "" : by));
    assertTrue(refusal.contains(message), refusal);
  }

  @Test
  void severalErrorsAreCounted() throws IOException {
    String text = GOOD.replace("dmaMaskBits=\"32\"", "dmaMaskBits=\"99\" coherentMaskBits=\"-1\"");
    assertTrue(refusal(text).endsWith("(and 1 more error)"), refusal(text));
  }

  @Test
  void aBoardWithoutRamAsksForIt() throws IOException {
    String refusal = refusal(GOOD.replace(" size=\"1G\">\n    <pools", ">\n    <pools"));
    assertTrue(refusal.contains("no RAM of its own; give it with --ram BASE:SIZE"), refusal);
  }

  @Test
  void anEmptyFileAndNoFileAndAFolderAreSaid() throws IOException {
    assertTrue(refusal("").contains("the file is empty"), refusal(""));
    BoardDesk desk = new BoardDesk(new ModelPackages(), new NoImporter());
    Path none = folder.resolve("none.topology");
    assertTrue(
        assertThrows(BadInputException.class, () -> desk.open(none, List.of()))
            .getMessage()
            .contains("no such file"));
    assertTrue(
        assertThrows(BadInputException.class, () -> desk.open(folder, List.of()))
            .getMessage()
            .contains("is a folder"));
  }

  @Test
  void anotherKindOfFileIsNamed() throws IOException {
    String refusal = refusal("<html><body/></html>");
    assertTrue(refusal.contains("not a .topology file: its root is 'html'"), refusal);
  }
}
