package org.bufferyard.shell.junit;

import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Test results in the XML that build servers read since JUnit's Ant task. Without times, so that the
 * same answer is the same text.
 */
public record TestResults(List<Suite> suites) {
  /** What belongs together: a board, a scenario. */
  public record Suite(String name, List<Case> cases) {
    public Suite {
      cases = List.copyOf(cases);
    }

    private long failures() {
      return cases.stream().filter(c -> c.failure().isPresent()).count();
    }
  }

  /**
   * One thing that holds or does not.
   *
   * @param failure why it does not; the first line is the message
   * @param output what else there is to say; empty for nothing
   */
  public record Case(String name, Optional<String> failure, String output) {}

  public TestResults {
    suites = List.copyOf(suites);
  }

  public String xml() {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      out.writeStartDocument("UTF-8", "1.0");
      line(out, 0);
      out.writeStartElement("testsuites");
      out.writeAttribute("tests", count(suites.stream().mapToLong(s -> s.cases().size()).sum()));
      out.writeAttribute("failures", count(suites.stream().mapToLong(Suite::failures).sum()));
      for (Suite suite : suites) {
        write(out, suite);
      }
      line(out, 0);
      out.writeEndElement();
      out.writeEndDocument();
      out.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
    return text.append('\n').toString();
  }

  private static void write(XMLStreamWriter out, Suite suite) throws XMLStreamException {
    line(out, 1);
    out.writeStartElement("testsuite");
    out.writeAttribute("name", suite.name());
    out.writeAttribute("tests", count(suite.cases().size()));
    out.writeAttribute("failures", count(suite.failures()));
    out.writeAttribute("errors", "0");
    for (Case one : suite.cases()) {
      line(out, 2);
      out.writeStartElement("testcase");
      out.writeAttribute("classname", suite.name());
      out.writeAttribute("name", one.name());
      if (one.failure().isPresent()) {
        line(out, 3);
        out.writeStartElement("failure");
        out.writeAttribute("message", one.failure().get().lines().findFirst().orElse(""));
        out.writeCharacters(one.failure().get());
        out.writeEndElement();
      }
      if (!one.output().isEmpty()) {
        line(out, 3);
        out.writeStartElement("system-out");
        out.writeCharacters(one.output());
        out.writeEndElement();
      }
      line(out, 2);
      out.writeEndElement();
    }
    line(out, 1);
    out.writeEndElement();
  }

  private static String count(long number) {
    return Long.toString(number);
  }

  private static void line(XMLStreamWriter out, int depth) throws XMLStreamException {
    out.writeCharacters("\n" + "  ".repeat(depth));
  }
}
