package org.bufferyard.topology;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.ext.DefaultHandler2;

/**
 * What a file says about itself before any model is asked: its root, the types it names by
 * namespace, the bundles it requires, and comments. EMF reports a missing package in too many ways
 * to rely on; this looks at the text.
 */
final class FilePackages {
  private static final String XSI = "http://www.w3.org/2001/XMLSchema-instance";

  /** A type named by {@code xsi:type}. */
  record TypeUse(String nsUri, String name, int line) {}

  /** A {@code requires} entry. */
  record Wish(String bundle, String version) {}

  private String rootNamespace = "";
  private String rootName = "";
  private int firstComment;
  private final Map<String, TypeUse> types = new LinkedHashMap<>();
  private final Map<String, Wish> wishes = new LinkedHashMap<>();
  private final List<Problem> oddities = new ArrayList<>();
  private Problem broken;

  private FilePackages() {}

  static FilePackages of(byte[] text) {
    FilePackages found = new FilePackages();
    try {
      SAXParserFactory factory = SAXParserFactory.newDefaultNSInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      var parser = factory.newSAXParser();
      Scan scan = found.new Scan();
      parser.setProperty("http://xml.org/sax/properties/lexical-handler", scan);
      parser.parse(new InputSource(new ByteArrayInputStream(text)), scan);
    } catch (SAXParseException e) {
      found.broken =
          Problem.error(
              Math.max(e.getLineNumber(), 0),
              "",
              "not well-formed XML: " + e.getMessage(),
              text.length == 0 ? "the file is empty" : "restore the file or correct the line");
    } catch (IOException e) {
      found.broken = Problem.error(0, "", "not UTF-8: " + e.getMessage(), "save it as UTF-8");
    } catch (SAXException | ParserConfigurationException e) {
      throw new IllegalStateException("the XML parser of this JDK cannot be set up", e);
    }
    return found;
  }

  /** Why it is no XML at all. */
  Optional<Problem> broken() {
    return Optional.ofNullable(broken);
  }

  /** What EMF would pass over in silence: references to other files, text between elements. */
  List<Problem> oddities() {
    return List.copyOf(oddities);
  }

  String rootNamespace() {
    return rootNamespace;
  }

  String rootName() {
    return rootName;
  }

  /** First use of every type that is named, in file order. */
  Iterable<TypeUse> types() {
    return types.values();
  }

  /** Whether the file names a type of that namespace, or says that it wants it. */
  boolean uses(String nsUri) {
    return wishes.containsKey(nsUri)
        || types.values().stream().anyMatch(t -> t.nsUri().equals(nsUri));
  }

  /** Which bundle the file says it wants for a namespace. */
  Optional<Wish> wish(String nsUri) {
    return Optional.ofNullable(wishes.get(nsUri));
  }

  /** Line of the first comment or processing instruction, which a save would lose; 0 for none. */
  int firstComment() {
    return firstComment;
  }

  private final class Scan extends DefaultHandler2 {
    private final Map<String, String> namespaces = new LinkedHashMap<>();
    // Per open element: whether it has attributes or children, so that text in it means nothing.
    private final Deque<Boolean> structured = new ArrayDeque<>();
    private Locator locator;
    private int depth;
    private String text = "";

    @Override
    public void setDocumentLocator(Locator documentLocator) {
      locator = documentLocator;
    }

    @Override
    public void startPrefixMapping(String prefix, String uri) {
      namespaces.put(prefix, uri);
    }

    @Override
    public void startElement(String uri, String localName, String qName, Attributes attributes) {
      depth++;
      noteText(true);
      structured.pollFirst();
      if (depth > 1) {
        structured.push(true);
      }
      structured.push(attributes.getLength() > 0);
      if (attributes.getIndex("href") >= 0) {
        oddities.add(
            Problem.error(
                locator.getLineNumber(),
                "",
                "'href' leads out of the file",
                "a board is one file: put the element here"));
      }
      if (depth == 1) {
        rootNamespace = uri;
        rootName = localName;
      }
      String type = attributes.getValue(XSI, "type");
      if (type != null) {
        int colon = type.indexOf(':');
        String prefix = colon < 0 ? "" : type.substring(0, colon);
        String nsUri = namespaces.getOrDefault(prefix, "");
        types.putIfAbsent(
            nsUri + "#" + type,
            new TypeUse(nsUri, type.substring(colon + 1), locator.getLineNumber()));
      }
      if (depth == 2 && localName.equals("requires") && attributes.getValue("nsURI") != null) {
        wishes.put(
            attributes.getValue("nsURI"),
            new Wish(
                Optional.ofNullable(attributes.getValue("bundle")).orElse(""),
                Optional.ofNullable(attributes.getValue("version")).orElse("")));
      }
    }

    @Override
    public void endElement(String uri, String localName, String qName) {
      depth--;
      noteText(structured.pop());
    }

    @Override
    public void characters(char[] chars, int start, int length) {
      text += new String(chars, start, length).strip();
    }

    private void noteText(boolean stray) {
      if (stray && !text.isEmpty()) {
        String shown = text.length() > 30 ? text.substring(0, 30) + "..." : text;
        oddities.add(
            Problem.error(
                locator.getLineNumber(),
                "",
                "stray text '" + shown + "'",
                "put it into a description"));
      }
      text = "";
    }

    @Override
    public void comment(char[] chars, int start, int length) {
      note();
    }

    @Override
    public void processingInstruction(String target, String data) {
      note();
    }

    private void note() {
      if (firstComment == 0) {
        firstComment = locator.getLineNumber();
      }
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }
  }
}
