import { describe, expect, it } from 'vitest';
import { adSegments } from '../../../src/record/playlist/ad-breaks.ts';
import { chooseVariant } from '../../../src/record/playlist/choose-variant.ts';
import { PlaylistTimeMissingError } from '../../../src/record/playlist/playlist-errors.ts';
import { master, media, startsOf } from './support.ts';

/*
 * Playlists in the forms that these services and servers are known for, written by hand with names and tokens of our own: none is a capture, and no
 * document was at hand. Each has a habit that a recorder has to know.
 */

describe('Twitch', () => {
  const PLAYLIST = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:3418
#EXT-X-TWITCH-LIVE-SEQUENCE:3400
#EXT-X-TWITCH-ELAPSED-SECS:6836.000
#EXT-X-TWITCH-TOTAL-SECS:6866.000
#EXT-X-DATERANGE:ID="playlist-creation-1709290800",CLASS="timestamp",START-DATE="2024-03-01T03:00:00.000-08:00",END-ON-NEXT=YES,X-SERVER-TIME="1709290800.00"
#EXT-X-DATERANGE:ID="source-1709290796",CLASS="twitch-stream-source",START-DATE="2024-03-01T10:59:56.000Z",END-ON-NEXT=YES,X-TV-TWITCH-STREAM-SOURCE="live"
#EXT-X-DATERANGE:ID="stitched-ad-1709290800-15",CLASS="twitch-stitched-ad",START-DATE="2024-03-01T11:00:00.000Z",DURATION=3.969,X-TV-TWITCH-AD-URL="https://example.org/a,b",X-TV-TWITCH-AD-ROLL-TYPE="MIDROLL"
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T10:59:58.000Z
#EXTINF:2.000,live
https://video.example.org/v1/segment/a.ts
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:00.000Z
#EXTINF:2.002,Amazon|8237642
https://video.example.org/v1/segment/b.ts
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:02.002Z
#EXTINF:1.967,Amazon|8237642
https://video.example.org/v1/segment/c.ts
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:03.969Z
#EXTINF:2.000,live
https://video.example.org/v1/segment/d.ts
#EXT-X-TWITCH-PREFETCH:https://video.example.org/v1/segment/e.ts
#EXT-X-TWITCH-PREFETCH:https://video.example.org/v1/segment/f.ts
`;

  it('lists segments with times of their own, and prefetch hints that are no segments yet', () => {
    const playlist = media(PLAYLIST);
    expect(playlist.segments.map(({ mediaSequence }) => mediaSequence)).toEqual([3418, 3419, 3420, 3421]);
    expect(startsOf(playlist).at(-1)).toBe('2024-03-01T11:00:03.969000Z');
    expect(playlist.segments[2]?.durationText).toBe('1.967');
  });

  it('marks its stitched ads by range and by title, and the rest of its ranges are none', () => {
    const playlist = media(PLAYLIST);
    const ads = adSegments(playlist, new Set(['twitch']));
    expect([...ads].map(({ mediaSequence }) => mediaSequence)).toEqual([3419, 3420]);
    expect(adSegments(playlist, new Set()).size).toBe(0);
  });

  it('names its variants in groups, the best one chunked', () => {
    const playlist = master(`#EXTM3U
#EXT-X-TWITCH-INFO:ORIGIN="s3",NODE="edge",SERVER-TIME="1709290800.00",FUTURE="true"
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="720p60",NAME="720p60",AUTOSELECT=YES,DEFAULT=YES
#EXT-X-STREAM-INF:BANDWIDTH=9999999,RESOLUTION=1280x720,CODECS="avc1.4D401F,mp4a.40.2",VIDEO="720p60",FRAME-RATE=60.000
https://video.example.org/720.m3u8
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="chunked",NAME="1080p60 (source)",AUTOSELECT=YES,DEFAULT=YES
#EXT-X-STREAM-INF:BANDWIDTH=6846146,RESOLUTION=1920x1080,CODECS="avc1.64002A,mp4a.40.2",VIDEO="chunked",FRAME-RATE=60.000
https://video.example.org/chunked.m3u8
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="480p30",NAME="480p",AUTOSELECT=YES,DEFAULT=YES
#EXT-X-STREAM-INF:BANDWIDTH=1427999,RESOLUTION=852x480,CODECS="avc1.4D401F,mp4a.40.2",VIDEO="480p30",FRAME-RATE=30.000
https://video.example.org/480.m3u8
#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="audio_only",NAME="audio_only",AUTOSELECT=NO,DEFAULT=NO
#EXT-X-STREAM-INF:BANDWIDTH=160000,CODECS="mp4a.40.2",VIDEO="audio_only"
https://video.example.org/audio.m3u8
`);
    const chosen = ['source', '480p', '480p30', '720p60', '720p', 'audio_only'].map(
      (quality) => chooseVariant(playlist, quality).uri.split('/')[3],
    );
    expect(chosen).toEqual(['chunked.m3u8', '480.m3u8', '480.m3u8', '720.m3u8', '720.m3u8', 'audio.m3u8']);
    expect(() => chooseVariant(playlist, '160p')).toThrow(
      /"160p"; there are 720p60, 1080p60 \(source\), 480p, audio_only/,
    );
  });
});

describe('YouTube live', () => {
  it('says one time at the top, from which all others are counted, and has long query-like paths', () => {
    const playlist = media(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:5
#EXT-X-MEDIA-SEQUENCE:83201
#EXT-X-DISCONTINUITY-SEQUENCE:2
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T10:59:51.427+00:00
#EXTINF:5.005,
https://r1.example.org/videoplayback/id/a.1/itag/96/expire/1709312400/sq/83201/goap/clen%3D1%3Blmt%3D2/dur/5.005/file/seg.ts
#EXTINF:5.005,
https://r1.example.org/videoplayback/id/a.1/itag/96/expire/1709312400/sq/83202/goap/clen%3D1%3Blmt%3D2/dur/5.005/file/seg.ts
#EXTINF:4.9716,
https://r1.example.org/videoplayback/id/a.1/itag/96/expire/1709312400/sq/83203/goap/clen%3D1%3Blmt%3D2/dur/4.971/file/seg.ts
`);
    expect(startsOf(playlist)).toEqual([
      '2024-03-01T10:59:51.427000Z',
      '2024-03-01T10:59:56.432000Z',
      '2024-03-01T11:00:01.437000Z',
    ]);
    expect(playlist.segments[0]?.discontinuitySequence).toBe(2);
    expect(playlist.segments[0]?.uri).toContain('clen%3D1%3Blmt%3D2');
  });
});

describe('AWS Elemental MediaPackage', () => {
  const PLAYLIST = `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-TARGETDURATION:7
#EXT-X-MEDIA-SEQUENCE:1195
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T10:59:40.053Z
#EXTINF:6.006,
../../../abc/index_1_1195.ts?m=1709290700
#EXT-OATCLS-SCTE35:/DAlAAAAAAAAAP/wFAUAAAABf+//AAAAAH4AUmXAAAAAAAAAqxLW
#EXT-X-DATERANGE:ID="1",START-DATE="2024-03-01T10:59:46.059Z",PLANNED-DURATION=12.012,SCTE35-OUT=0xFC3025
#EXT-X-CUE-OUT:12.012
#EXTINF:6.006,
../../../abc/index_1_1196.ts?m=1709290700
#EXT-X-CUE-OUT-CONT:6.006/12.012
#EXTINF:6.006,
../../../abc/index_1_1197.ts?m=1709290700
#EXT-X-CUE-IN
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T10:59:58.071Z
#EXTINF:6.006,
../../../abc/index_1_1198.ts?m=1709290700
`;

  it('has URIs that climb, and times on some segments only', () => {
    const playlist = media(PLAYLIST, 'https://egress.example.org/out/v1/x/y/z/index_1.m3u8?m=1');
    expect(playlist.segments[0]?.uri).toBe('https://egress.example.org/out/v1/abc/index_1_1195.ts?m=1709290700');
    expect(startsOf(playlist).at(-1)).toBe('2024-03-01T10:59:58.071000Z');
    expect(playlist.segments.map(({ skewMicros }) => skewMicros)).toEqual([0, 0, 0, 0]);
  });

  it('marks breaks by SCTE-35, which are left out only where that is asked for', () => {
    const playlist = media(PLAYLIST);
    expect(adSegments(playlist, new Set(['twitch'])).size).toBe(0);
    const ads = [...adSegments(playlist, new Set(['scte35']))];
    expect(ads.map(({ mediaSequence }) => mediaSequence)).toEqual([1196, 1197]);
  });
});

describe('Amazon IVS', () => {
  it('writes times without fraction of its own length and has its sequence far up', () => {
    const playlist = media(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:3
#EXT-X-MEDIA-SEQUENCE:4503599627370496
#EXT-X-NET-LIVE-VIDEO-LATENCY:1.2
#EXT-X-DATERANGE:ID="quartile",CLASS="timestamp",START-DATE="2024-03-01T11:00:00.1Z",END-ON-NEXT=YES
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:00.1Z
#EXTINF:2.133,
https://video.example.org/v1/segment/CoAF.ts
#EXT-X-PREFETCH:https://video.example.org/v1/segment/next.ts
`);
    expect(startsOf(playlist)).toEqual(['2024-03-01T11:00:00.100000Z']);
    expect(playlist.segments[0]?.mediaSequence).toBe(2 ** 52);
  });
});

describe('Wowza', () => {
  it('has session names in its URIs, and a zone in its times', () => {
    const playlist = media(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:12
#EXT-X-MEDIA-SEQUENCE:17
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T12:00:00.500+01:00
#EXTINF:10.427,
media_w1628304722_b1100000_17.ts
#EXTINF:9.36,
media_w1628304722_b1100000_18.ts
`);
    expect(startsOf(playlist)[0]).toBe('2024-03-01T11:00:00.500000Z');
    expect(playlist.segments[1]?.durationText).toBe('9.36');
  });
});

describe('nginx-rtmp', () => {
  it('says no times: that is found, and said', () => {
    const playlist = media(
      '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-MEDIA-SEQUENCE:4\n#EXT-X-TARGETDURATION:5\n#EXT-X-DISCONTINUITY\n#EXTINF:5.000,\nlive-4.ts\n#EXTINF:4.960,\nlive-5.ts\n',
    );
    expect(playlist.segments.map(({ startMicros }) => startMicros)).toEqual([undefined, undefined]);
    expect(new PlaylistTimeMissingError().message).toContain('switch it on at the encoder');
  });
});

describe('ffmpeg', () => {
  it('writes zones without a colon and six digits of a duration, whose rounding is no skew', () => {
    const playlist = media(`#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXTINF:2.002000,
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T12:00:00.123+0100
live0.ts
#EXTINF:1.968634,
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T12:00:02.125+0100
live1.ts
#EXTINF:2.000000,
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T12:00:04.093+0100
live2.ts
#EXT-X-ENDLIST
`);
    expect(startsOf(playlist)[1]).toBe('2024-03-01T11:00:02.125000Z');
    expect(playlist.segments.map(({ durationText }) => durationText)).toEqual(['2.002', '1.968634', '2.0']);
    expect(Math.max(...playlist.segments.map(({ skewMicros }) => Math.abs(skewMicros)))).toBeLessThan(1000);
    expect(playlist.ended).toBe(true);
  });
});

describe('Mux', () => {
  it('signs its URIs and shows parts of segments for low latency, which are left out', () => {
    const playlist = media(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:5
#EXT-X-MEDIA-SEQUENCE:212
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:00.000+00:00
#EXTINF:5,
https://chunk.example.org/v1/chunk/abc/212.ts?skid=default&signature=NjVlMWY=_a&vsid=x
#EXT-X-PART:DURATION=0.5,URI="https://chunk.example.org/v1/part/213.0.ts",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="https://chunk.example.org/v1/part/213.1.ts"
`);
    expect(playlist.segments.map(({ uri }) => uri)).toEqual([
      'https://chunk.example.org/v1/chunk/abc/212.ts?skid=default&signature=NjVlMWY=_a&vsid=x',
    ]);
    expect(playlist.segments[0]?.durationText).toBe('5.0');
  });
});

describe('Akamai', () => {
  it('ends lines with CR and LF, has a byte order mark, and variants of one resolution at several rates', () => {
    const playlist = master(
      [
        '\ufeff#EXTM3U',
        '#EXT-X-VERSION:3',
        '#EXT-X-STREAM-INF:PROGRAM-ID=1, BANDWIDTH=850000, RESOLUTION=640x360,CLOSED-CAPTIONS=NONE',
        'index_360_low.m3u8?hdnts=exp=1709294400~acl=/*~hmac=abc',
        '#EXT-X-STREAM-INF:PROGRAM-ID=1, BANDWIDTH=1250000, RESOLUTION=640x360,CLOSED-CAPTIONS=NONE',
        'index_360.m3u8?hdnts=exp=1709294400~acl=/*~hmac=abc',
        '',
      ].join('\r\n'),
      'https://live.example.org/i/channel@1/master.m3u8',
    );
    expect(chooseVariant(playlist, '360p').uri).toBe(
      'https://live.example.org/i/channel@1/index_360.m3u8?hdnts=exp=1709294400~acl=/*~hmac=abc',
    );
  });
});
