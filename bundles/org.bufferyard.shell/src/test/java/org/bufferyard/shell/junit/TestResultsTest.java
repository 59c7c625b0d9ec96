package org.bufferyard.shell.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bufferyard.shell.junit.TestResults.Case;
import org.bufferyard.shell.junit.TestResults.Suite;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class TestResultsTest {
  private static Element read(TestResults results) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(results.xml())))
        .getDocumentElement();
  }

  @Test
  void suitesCountTheirCasesAndFailures() throws Exception {
    Element root =
        read(
            new TestResults(
                List.of(
                    new Suite(
                        "a <board>",
                        List.of(
                            new Case("holds", Optional.empty(), ""),
                            new Case("fails & falls", Optional.of("first\nsecond"), "more"))),
                    new Suite("b", List.of(new Case("holds", Optional.empty(), ""))))));
    assertEquals("testsuites", root.getTagName());
    assertEquals("3", root.getAttribute("tests"));
    assertEquals("1", root.getAttribute("failures"));
    Element suite = (Element) root.getElementsByTagName("testsuite").item(0);
    assertEquals("a <board>", suite.getAttribute("name"));
    assertEquals("2", suite.getAttribute("tests"));
    assertEquals("1", suite.getAttribute("failures"));
    Element failed = (Element) suite.getElementsByTagName("testcase").item(1);
    assertEquals("fails & falls", failed.getAttribute("name"));
    assertEquals("a <board>", failed.getAttribute("classname"));
    Element failure = (Element) failed.getElementsByTagName("failure").item(0);
    assertEquals("first", failure.getAttribute("message"));
    assertEquals("first\nsecond", failure.getTextContent());
    assertEquals("more", failed.getElementsByTagName("system-out").item(0).getTextContent());
  }
}
