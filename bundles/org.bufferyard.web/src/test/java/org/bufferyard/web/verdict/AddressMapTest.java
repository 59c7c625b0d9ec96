package org.bufferyard.web.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.TestHouse;
import org.bufferyard.topology.edit.BoardModel;
import org.junit.jupiter.api.Test;

final class AddressMapTest {
  private static final String BOARD =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <topology:Topology xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:topology="http://bufferyard.org/topology/1.0" id="b" name="b" swiotlb="%s">
        <components xsi:type="topology:Memory" id="dram" name="dram" base="0x40000000" size="2G">
          <pools id="dram/low" name="low" base="0x50000000" size="16M" noMap="true"/>
          <pools id="dram/high" name="high" base="0xb0000000" size="16M" noMap="true"/>
        </components>
        <components xsi:type="topology:Bus" id="soc" name="soc" emptyDmaRanges="true">
          <components xsi:type="topology:Iommu" id="soc/mmu" name="mmu" model="arm,smmu-v3"/>
          <components xsi:type="topology:Device" id="soc/narrow" name="narrow" model="acme,narrow" dmaMaskBits="31" memoryRegions="dram/low"/>
          <components xsi:type="topology:Device" id="soc/behind" name="behind" model="acme,behind">
            <iommus iommu="soc/mmu" specifier="0x1"/>
          </components>
        </components>
        <components xsi:type="topology:Bus" id="far" name="far">
          <dmaRanges dma="0x0" parent="0x40000000" size="1G"/>
          <components xsi:type="topology:Device" id="far/offset" name="offset" model="acme,offset"/>
        </components>
      </topology:Topology>
      """;

  private static PlatformSpec spec(String swiotlb) {
    BoardModel model =
        new TestHouse()
            .models()
            .read(BOARD.formatted(swiotlb).getBytes(StandardCharsets.UTF_8), "b.topology");
    return model.inspection().spec().orElseThrow(() -> new AssertionError(model.inspection().problems()));
  }

  private static JsonObject map(String device, String swiotlb) {
    PlatformSpec board = spec(swiotlb);
    return new AddressMap(board, board.device(device).orElseThrow()).json();
  }

  /** Where, how far, how, and under which address. */
  private static List<String> pieces(JsonArray array) {
    List<String> pieces = new ArrayList<>();
    array.forEach(
        e -> {
          JsonObject piece = e.getAsJsonObject();
          pieces.add(
              piece.get("element").getAsString()
                  + " "
                  + piece.get("cpu").getAsString()
                  + "+"
                  + piece.get("size").getAsString()
                  + " "
                  + piece.get("reach").getAsString()
                  + (piece.get("dma").isJsonNull() ? "" : " " + piece.get("dma").getAsString()));
        });
    return pieces;
  }

  @Test
  void aMaskCutsABankInTwo() {
    JsonObject map = map("soc/narrow", "auto");
    assertEquals(
        List.of(
            "dram 0x40000000+0x40000000 direct 0x40000000", "dram 0x80000000+0x40000000 bounce"),
        pieces(map.getAsJsonArray("memory")));
    assertEquals(
        List.of(
            "dram/low 0x50000000+0x1000000 direct 0x50000000",
            "dram/high 0xb0000000+0x1000000 bounce"),
        pieces(map.getAsJsonArray("pools")));
    assertTrue(map.getAsJsonArray("pools").get(0).getAsJsonObject().get("own").getAsBoolean());
    assertEquals("0x7fffffff", map.get("dmaMask").getAsString());
  }

  @Test
  void withoutABouncePoolWhatIsBeyondIsOutOfReach() {
    assertEquals(
        "dram 0x80000000+0x40000000 none",
        pieces(map("soc/narrow", "off").getAsJsonArray("memory")).get(1));
  }

  @Test
  void aWindowMovesAddressesAndEnds() {
    JsonObject map = map("far/offset", "off");
    assertEquals(
        List.of("dram 0x40000000+0x40000000 direct 0x0", "dram 0x80000000+0x40000000 none"),
        pieces(map.getAsJsonArray("memory")));
    assertEquals("0x3fffffff", map.get("busLimit").getAsString());
    assertEquals(1, map.getAsJsonArray("windows").size());
  }

  @Test
  void behindAnIommuAllOfItIsReachedAndNoAddressIsFixed() {
    JsonObject map = map("soc/behind", "off");
    assertEquals(
        List.of("dram 0x40000000+0x80000000 iommu"), pieces(map.getAsJsonArray("memory")));
    assertEquals(
        "0x1",
        map.getAsJsonArray("iommus").get(0).getAsJsonObject().get("specifier").getAsString());
  }
}
