package org.bufferyard.conform.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.AddressTree;
import org.junit.jupiter.api.Test;

/** Facts about addresses, asked in their own words. */
class AddressFactTest {
  private static final AddressTree TREE =
      new AddressTree() {
        @Override
        public boolean has(String node) {
          return node.equals("/dev");
        }

        @Override
        public List<DmaRange> dmaRanges(String node) {
          return has(node)
              ? List.of(new DmaRange(0x2000_0000L, 0x8000_0000L, 0x1000))
              : List.of();
        }

        @Override
        public List<Window> windows(String node, boolean dma) {
          return List.of(
              new Window(7, 0x1000, OptionalLong.of(dma ? 0 : 0x5000), 0x10),
              new Window(8, 0x2000, OptionalLong.empty(), 0x20));
        }

        @Override
        public int rangeCount(String node) {
          return 3;
        }

        @Override
        public Optional<PhysRange> register(String node, int index) {
          return index == 0 ? Optional.of(new PhysRange(0xa0a0_1000L, 0x100)) : Optional.empty();
        }
      };

  private static String answer(String op, String input) {
    JsonObject object = JsonParser.parseString(input).getAsJsonObject();
    return new AddressFact(TREE).answer(op, object).toString().replace('"', '\'');
  }

  @Test
  void mapsTranslateBothWays() {
    assertEquals(
        "{'rc':0,'phys':'0x20000010'}",
        answer("of_dma_get_range then dma_to_phys", "{'node':'/dev','dma':'0x80000010'}"));
    assertEquals(
        "{'rc':0,'dma':'0x80000000'}",
        answer("of_dma_get_range then phys_to_dma", "{'node':'/dev','phys':'0x20000000'}"));
    assertEquals(
        "{'rc':-19}", answer("of_dma_get_range then dma_to_phys", "{'node':'/x','dma':'0x0'}"));
  }

  @Test
  void windowsAreGivenAsTheOperationNamesThem() {
    assertEquals(
        "{'size':'0x10','cpu':'0x0','pci':'0x1000'}",
        answer("for_each pci dma-range", "{'node':'/dev'}"));
    assertEquals(
        "{'flags':'0x8','size':'0x20','cpu':'0xffffffffffffffff','bus':'0x2000'}",
        answer("for_each ranges", "{'node':'/dev','index':1}"));
    assertEquals(
        "{'rc':0,'type':'MEM','start':'0x5000','size':'0x10'}",
        answer("of_range_to_resource", "{'node':'/dev','index':0}"));
    assertEquals("{'count':3}", answer("of_range_count(ranges)", "{'node':'/dev'}"));
  }

  @Test
  void registersThatNobodyReachesAreEinval() {
    assertEquals(
        "{'rc':0,'start':'0xa0a01000','size':'0x100'}",
        answer("of_address_to_resource", "{'node':'/dev','index':0}"));
    assertEquals("{'rc':-22}", answer("of_address_to_resource", "{'node':'/dev','index':1}"));
  }

  @Test
  void whatIsNotUnderstoodIsSaid() {
    assertThrows(IllegalArgumentException.class, () -> answer("of_fly", "{'node':'/dev'}"));
    assertThrows(IllegalArgumentException.class, () -> answer("for_each ranges", "{}"));
    assertThrows(
        IllegalArgumentException.class,
        () -> answer("for_each ranges", "{'node':'/dev','index':2}"));
  }
}
