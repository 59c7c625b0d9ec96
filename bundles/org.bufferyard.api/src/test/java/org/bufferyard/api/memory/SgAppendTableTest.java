package org.bufferyard.api.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bufferyard.api.kernel.Errno;
import org.junit.jupiter.api.Test;

class SgAppendTableTest {
  private final SgAppendTable made = new SgAppendTable();

  private static List<PageRef> pages(long... pfns) {
    List<PageRef> pages = new ArrayList<>();
    LongStream.of(pfns).forEach(pfn -> pages.add(new PageRef(pfn, PageBacking.LINEAR)));
    return pages;
  }

  private List<String> entries() {
    return made.table().segments().stream()
        .map(Segment.PageBacked.class::cast)
        .map(e -> e.page().pfn() + ":" + e.offset() + "+" + e.length())
        .toList();
  }

  @Test
  void neighboursShareAnEntryAndOthersDoNot() {
    assertEquals(0, made.fromPages(pages(7, 8, 3, 2, 4), 0, 5 * 4096, SgAppendTable.NO_LIMIT));
    assertEquals(List.of("7:0+8192", "3:0+4096", "2:0+4096", "4:0+4096"), entries());
    assertEquals(4, made.table().nents());
  }

  @Test
  void theFirstEntryBeginsAtTheOffsetAndTheLastEndsWithTheSize() {
    assertEquals(0, made.fromPages(pages(5, 6, 9), 100, 8192, SgAppendTable.NO_LIMIT));
    assertEquals(List.of("5:100+8092", "9:0+100"), entries());
  }

  @Test
  void aSegmentThatIsNoWholeNumberOfPagesCountsDown() {
    assertEquals(0, made.fromPages(pages(1, 2, 3), 0, 3 * 4096, 3 * 4096 - 1));
    assertEquals(List.of("1:0+8192", "3:0+4096"), entries());
  }

  @Test
  void aSegmentShorterThanAPageIsRefused() {
    assertEquals(Errno.EINVAL.rc(), made.fromPages(pages(1), 0, 4096, 4095));
    assertEquals(0, made.table().origNents());
  }

  @Test
  void pagesThatContinueTheLastEntryLengthenIt() {
    assertEquals(0, made.append(pages(1, 2), 0, 8192, 3 * 4096));
    assertEquals(0, made.append(pages(3, 4, 5, 9), 0, 4 * 4096, 3 * 4096));
    assertEquals(List.of("1:0+12288", "4:0+8192", "9:0+4096"), entries());
  }

  @Test
  void pagesThatFitTheLastEntryAddNone() {
    assertEquals(0, made.append(pages(1), 0, 4096, SgAppendTable.NO_LIMIT));
    assertEquals(0, made.append(pages(2, 3), 0, 8192, SgAppendTable.NO_LIMIT));
    assertEquals(List.of("1:0+12288"), entries());
  }

  @Test
  void anOffsetIntoTheMiddleIsRefused() {
    assertEquals(0, made.append(pages(1), 0, 4096, SgAppendTable.NO_LIMIT));
    assertEquals(
        Errno.EINVAL.rc(), made.append(pages(2), 1, 4096, SgAppendTable.NO_LIMIT));
    assertEquals(List.of("1:0+4096"), entries());
  }

  @Test
  void moreBytesThanPagesEndWithTheLastPage() {
    assertEquals(0, made.fromPages(pages(4), 0, Long.MIN_VALUE, SgAppendTable.NO_LIMIT));
    assertEquals(List.of("4:0+4096"), entries());
  }

  @Test
  void anOffsetBehindTheChunkWrapsAsAnUnsignedInt() {
    assertEquals(0, made.fromPages(pages(4), 5000, 100_000, SgAppendTable.NO_LIMIT));
    assertEquals(List.of("4:5000+100000"), entries());
  }

  @Test
  void noPagesIsACallersMistake() {
    assertThrows(
        IllegalArgumentException.class,
        () -> made.fromPages(List.of(), 0, 0, SgAppendTable.NO_LIMIT));
  }

  @Test
  void aBegunTableIsAppendedTo() {
    assertEquals(0, made.fromPages(pages(1), 0, 4096, SgAppendTable.NO_LIMIT));
    assertThrows(
        IllegalArgumentException.class,
        () -> made.fromPages(pages(2), 0, 4096, SgAppendTable.NO_LIMIT));
  }
}
